"""What every part of the lab needs in the same way. It knows none of them."""

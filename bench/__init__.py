"""How much longer than a bare program the platform takes to declare the same resources."""

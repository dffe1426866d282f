"""What each link is, and how plain facts decide whether it holds. Pure: nothing here looks anywhere."""

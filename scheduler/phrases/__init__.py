"""What the Desk says, in other languages: for the screens, and for what goes out when no screen is open."""

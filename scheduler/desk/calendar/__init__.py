"""The calendar: days with what stands in them, free slots, times that move, copies that fill gaps."""

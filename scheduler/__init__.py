"""The heart: tables, the life of a delivery, approval, slots, plan and apply, queue, publisher, the Desk."""

"""What people decided on the values that were read: records, finding the row again, and the tables made with them."""

"""Every data set as uint8 images and integer labels, and pictures of one's own."""

"""Shows what is known, and takes what people say of it."""

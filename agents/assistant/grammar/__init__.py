"""What members commonly wish, understood without a model: Spanish and English, by rules."""

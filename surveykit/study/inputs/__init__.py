"""What stages read beside the definitions: answers, weighted answers."""

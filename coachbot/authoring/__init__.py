"""The authoring room: from the files of a pack to the model, strictly, with every fault at once."""

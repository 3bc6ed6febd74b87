-- What was found in problem data, and what was noted about it, can name a person: in a store with keys
-- both stand here, sealed as the original is, and found and note are empty.

ALTER TABLE problem ADD COLUMN found_sealed BYTES;
ALTER TABLE problem ADD COLUMN note_sealed BYTES;

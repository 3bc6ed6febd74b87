-- Patient id → resident as a table of its own, so that a bulk load can keep it off the B-tree like the
-- other indexes: a commit of 4,000 new people would otherwise touch nearly every page of it.

CREATE TABLE patient_index (
  patient_key BIGINT NOT NULL,
  resident    BIGINT NOT NULL,
  PRIMARY KEY (patient_key, resident)
) CLUSTERED;
INSERT INTO patient_index (patient_key, resident)
  SELECT patient_key, id FROM resident ORDER BY patient_key, id;
DROP INDEX resident_by_patient;

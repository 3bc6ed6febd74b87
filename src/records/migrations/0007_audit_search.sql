-- The audit is searched newest first: by time, by account and by what was touched. Each of the three
-- indexes gives entries in the order of time, whatever the clock did between two commits.

DROP INDEX audit_account;
DROP INDEX audit_what;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_account_at ON audit (account, at);
CREATE INDEX audit_what_at ON audit (what, at);

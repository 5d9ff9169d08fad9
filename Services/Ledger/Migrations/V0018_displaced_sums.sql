-- Sums of displaced entries may be larger than a balance can be.
--
-- What is recorded keeps every balance within a bigint, but in the order of recording. Of transfers
-- to and fro, those to dated at noon and those fro at midnight, the sums of either hour grow for
-- ever. One that did not fit failed its whole transaction, and all that was gathered with it. Kept
-- as numeric no sum is too large, and no posting fails for it; where a balance of the past would be
-- told that is larger than a bigint, the question fails instead.

DROP FUNCTION balance_at;
DROP FUNCTION displaced_until;

ALTER TABLE displacement ALTER COLUMN amount TYPE numeric;

-- As before, and not rounded to anything.
CREATE FUNCTION displaced_until(of_account uuid, moment timestamptz) RETURNS numeric
    LANGUAGE sql STABLE
    RETURN (
        SELECT coalesce(sum(part.amount), 0)
          FROM generate_series(0, 6) AS level
         CROSS JOIN LATERAL (
            SELECT displacement.amount
              FROM displacement
             WHERE displacement.account = of_account AND displacement.level = level.level
               AND displacement.bucket >= CASE level.level WHEN 6 THEN -9223372036854775807
                   ELSE (microseconds(moment) >> (8 * (level.level + 1))) << 8 END
               AND displacement.bucket < (microseconds(moment) >> (8 * level.level))
                   + CASE level.level WHEN 0 THEN 1 ELSE 0 END) AS part);

-- As before; numeric_value_out_of_range for what no balance can be, and only for the whole.
CREATE FUNCTION balance_at(of_account uuid, moment timestamptz, axis text) RETURNS bigint
    LANGUAGE sql STABLE
    RETURN (coalesce((
        SELECT CASE axis WHEN 'known' THEN entry.balance_after
                         ELSE entry.balance_after::numeric - entry.displaced END
          FROM entry
         WHERE entry.account = of_account
           AND entry.version = entry_version_at(of_account, moment, axis)), 0)
        + CASE axis WHEN 'known' THEN 0 ELSE displaced_until(of_account, moment) END)::bigint;

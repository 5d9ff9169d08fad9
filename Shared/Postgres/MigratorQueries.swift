extension Migrator {
    /// Who holds this lock migrates; the number only has to be ours alone.
    static let lock = Statement("SELECT pg_advisory_lock(5063812098665367625)")

    static let createTable = Statement(
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            component  text        NOT NULL,
            version    int         NOT NULL,
            name       text        NOT NULL,
            checksum   bytea       NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (component, version)
        )
        """)

    /// So that a service, which may do less than the owner, can see whether its schema is there.
    static let letEverybodyRead = Statement("GRANT SELECT ON schema_migrations TO PUBLIC")

    static let tableExists = Statement("SELECT to_regclass('schema_migrations') IS NOT NULL")

    /// Each applied migration of a component beside the checksum of the one that the program has.
    static let compare = Statement(
        """
        SELECT applied.version, applied.name,
               own.version IS NOT NULL AS known,
               coalesce(sha256(own.sql) = applied.checksum, false) AS same
          FROM schema_migrations AS applied
          LEFT JOIN unnest($2::int8[], $3::bytea[]) AS own (version, sql)
                 ON own.version = applied.version
         WHERE applied.component = $1
         ORDER BY applied.version
        """)

    static let record = Statement(
        """
        INSERT INTO schema_migrations (component, version, name, checksum)
        VALUES ($1, $2, $3, sha256($4))
        """)
}

import Postgres

/// The roles of Farthing's databases: who owns, who serves, who relays.
///
/// Migrations grant to the groups `farthing_service` and `farthing_relay`, so these exist in a
/// cluster before any migration runs.
public struct PostgresRoles: Sendable {
    /// `farthing_service`: what a service may do.
    public static let serviceGroup = "farthing_service"
    /// `farthing_relay`: what the relay may do.
    public static let relayGroup = "farthing_relay"

    private let admin: String

    /// - Parameter url: libpq URL of a superuser.
    public init(superuserURL url: String) { self.admin = url }

    /// Creates the groups if they are missing.
    public func createGroups() async throws {
        try await execute([Self.serviceGroup, Self.relayGroup].map { ensureRole($0, "NOLOGIN") })
    }

    /// Creates a login, or gives an existing one this password.
    public func createLogin(
        _ name: String, password: String, member group: String? = nil, replication: Bool = false
    ) async throws {
        let options = "LOGIN \(replication ? "REPLICATION " : "")PASSWORD \(literal(password))"
        var statements = [ensureRole(name, options)]
        if let group { statements.append("GRANT \(identifier(group)) TO \(identifier(name))") }
        try await execute(statements)
    }

    /// Creates the database if it is missing.
    public func createDatabase(_ name: String, owner: String) async throws {
        let admin = admin
        try await BlockingThread.run {
            let connection = try Connection(url: admin)
            let existing = try connection.query(
                "SELECT 1 FROM pg_database WHERE datname = $1", name)
            guard existing.isEmpty else { return }
            try connection.execute(
                "CREATE DATABASE \(identifier(name)) OWNER \(identifier(owner))")
        }
    }

    /// Lets nobody connect to the database but its owner, these logins and superusers.
    ///
    /// By PostgreSQL's default everybody may, and a right that a group has in one database is every
    /// member's there: without this, one service's login could write another service's tables.
    public func restrictDatabase(_ name: String, to logins: [String]) async throws {
        let database = "DATABASE \(identifier(name))"
        // Whoever is to stay is let in first, so that a running service is never refused.
        try await execute(
            logins.map { "GRANT CONNECT ON \(database) TO \(identifier($0))" }
                + ["REVOKE CONNECT, TEMPORARY ON \(database) FROM PUBLIC"])
    }

    /// Runs statements as the superuser, each in a transaction of its own. Throws `PostgresError`.
    public func execute(_ statements: [String]) async throws {
        let admin = admin
        try await BlockingThread.run {
            let connection = try Connection(url: admin)
            for sql in statements { try connection.execute(sql) }
        }
    }

    private func ensureRole(_ name: String, _ options: String) -> String {
        """
        DO $$ BEGIN
          CREATE ROLE \(identifier(name)) \(options);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
          ALTER ROLE \(identifier(name)) \(options);
        END $$
        """
    }
}

/// A name as SQL writes it.
func identifier(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
}

/// A text as SQL writes it.
func literal(_ text: String) -> String {
    "'" + text.replacing("'", with: "''") + "'"
}

/// One SQL statement, literal and whole, with `$1`-style parameters.
///
/// A statement is prepared once on each connection, at its first use there. Keep it in a
/// `static let`: the text comes from the source and never from a user.
public struct Statement: Sendable, Hashable {
    /// The text that is sent to Postgres.
    public let sql: String

    /// Where the literal lies in the program: finds the prepared statement without hashing `sql`.
    let identity: UInt

    /// Takes the literal.
    public init(_ sql: StaticString) {
        self.sql = sql.description
        self.identity =
            sql.hasPointerRepresentation
            ? UInt(bitPattern: sql.utf8Start) : UInt(sql.unicodeScalar.value)
    }

    public static func == (left: Statement, right: Statement) -> Bool { left.sql == right.sql }

    public func hash(into hasher: inout Hasher) { hasher.combine(sql) }
}

/// One SQL statement, literal and whole, with `$1`-style parameters.
///
/// A statement is prepared once on each connection, at its first use there. Keep it in a
/// `static let`: the text comes from the source and never from a user.
public struct Statement: Sendable, Hashable {
    /// The text that is sent to Postgres.
    public let sql: String
    /// The unique constraint or index that tells that another transaction did the same first.
    let overtakenAt: String?

    /// Where the literal lies in the program: finds the prepared statement without hashing `sql`.
    let identity: UInt

    /// Takes the literal.
    ///
    /// Where this statement looks before it inserts, a row may come in between from another
    /// transaction. `overtakenAt` names the unique constraint that says so: its violation is a
    /// `.serializationFailure`, upon which `Database.transaction` runs the body again, to see that
    /// row. `ON CONFLICT` would do without, but writes each row to the log twice.
    public init(_ sql: StaticString, overtakenAt constraint: String? = nil) {
        self.sql = sql.description
        self.overtakenAt = constraint
        self.identity =
            sql.hasPointerRepresentation
            ? UInt(bitPattern: sql.utf8Start) : UInt(sql.unicodeScalar.value)
    }

    public static func == (left: Statement, right: Statement) -> Bool { left.sql == right.sql }

    public func hash(into hasher: inout Hasher) { hasher.combine(sql) }
}

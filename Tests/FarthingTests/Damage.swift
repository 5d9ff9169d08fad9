import Testing

/// Something done to sound books behind the services' backs, and the checks that must find it.
struct Damage: Sendable, CustomTestStringConvertible {
    let what: String
    let database: Books.Service
    let sql: String
    /// All of them, and no other.
    let foundBy: Set<String>

    var testDescription: String { "\(database.rawValue): \(what)" }

    init(_ what: String, in database: Books.Service, foundBy: Set<String>, _ sql: String) {
        self.what = what
        self.database = database
        self.sql = sql
        self.foundBy = foundBy
    }

    static let all = ledger + billing + payment + refunds + time + walls
}

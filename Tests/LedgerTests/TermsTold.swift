import Contracts

/// The detail of a line of the audit trail about changed terms, as a reader has it.
struct TermsTold: Decodable, Sendable {
    struct Pair<Value: Decodable & Equatable & Sendable>: Decodable, Equatable, Sendable {
        let before: Value
        let after: Value
    }

    struct Changes: Decodable, Equatable, Sendable {
        var name: Pair<String>?
        var overdraftLimit: Pair<Int64>?
        var metadata: Pair<[String: String]>?
    }

    let account: AccountID
    let change: String
    let changes: Changes
}

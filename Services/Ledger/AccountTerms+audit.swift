import Contracts

/// What the audit trail says of changed terms: the event that others are told, and of each member
/// that is another now what it was and what it is.
struct ChangedTerms: Encodable, Sendable {
    private struct Pair<Value: Encodable & Equatable & Sendable>: Encodable {
        let before: Value
        let after: Value

        init?(_ before: Value, _ after: Value) {
            guard before != after else { return nil }
            (self.before, self.after) = (before, after)
        }
    }

    private struct Changes: Encodable {
        let name: Pair<String>?
        let overdraftLimit: Pair<Int64>?
        /// All pairs, since all are replaced.
        let metadata: Pair<[String: String]>?
    }

    private enum CodingKeys: CodingKey { case changes }

    let event: AccountChanged
    let before: AccountTerms
    let after: AccountTerms

    func encode(to encoder: any Encoder) throws {
        try event.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(
            Changes(
                name: Pair(before.name, after.name),
                overdraftLimit: Pair(before.overdraftLimit, after.overdraftLimit),
                metadata: Pair(before.metadata, after.metadata)),
            forKey: .changes)
    }
}

import Audit
import Contracts
import Postgres

/// Where the sealing of a database stands.
struct SealingHead: Sendable {
    /// All transactions below this one have ended.
    let horizon: Int64
    /// The first transaction that has not begun.
    let next: Int64
    /// The database's clock, in microseconds since 1970.
    let now: Int64
    /// The last checkpoint; `nil` if nothing is sealed yet.
    let last: Last?

    /// What the last checkpoint keeps, as it stands there.
    struct Last: Sendable {
        let size: Int64
        let chain: [UInt8]
        let frontier: [UInt8]
        let cursors: String
        let note: String
    }

    /// Throws `PostgresError`.
    static func load(_ tx: borrowing Transaction) throws -> SealingHead {
        let row = try tx.query(SealingQueries.head)[0]
        var last: Last?
        if let size = try row.read(3, as: Int64?.self) {
            last = Last(
                size: size, chain: try row.read(4), frontier: try row.read(5),
                cursors: try row.read(6), note: try row.read(7))
        }
        return SealingHead(
            horizon: try row.read(0), next: try row.read(1), now: try row.read(2), last: last)
    }

    /// What is sealed. Throws `AuditError` if the last checkpoint is not what these keys have signed:
    /// who can edit its row must not get a signature on what he made of it.
    func log(signedBy keys: SealingKeys) throws(AuditError) -> SealedLog {
        guard let last else {
            try keys.checkIsFirst()
            return SealedLog()
        }
        guard let chain = TreeHash(last.chain),
            let tree = Frontier(size: last.size, bytes: last.frontier)
        else { throw AuditError("the last checkpoint does not say how to go on from it") }
        let signed = try keys.open(last.note)
        guard signed.size == tree.size, signed.root == tree.root, signed.chain == chain else {
            throw AuditError("the last checkpoint is not the one that was signed")
        }
        return SealedLog(tree: tree, chain: chain)
    }

    /// The last row that was sealed, by kind. Throws `AuditError` as `log` does, and if the rows
    /// come from another cluster: after a dump was restored, transactions have lower numbers than
    /// those that were sealed, and what they write would never be looked at.
    func cursors() throws(AuditError) -> [String: SealableRow.Place] {
        guard let last else { return [:] }
        guard let cursors = Cursors.read(last.cursors) else {
            throw AuditError("the last checkpoint does not say how to go on from it")
        }
        let sealed = cursors.values.map(\.xid).max() ?? 0
        guard sealed < next else {
            throw AuditError(
                "this cluster is at transaction \(next), but \(sealed) was sealed: it was restored "
                    + "from a dump, and its transaction counter must be advanced first")
        }
        return cursors
    }

    /// The cursors' form in the database.
    enum Cursors {
        /// `nil` for what is no such form.
        static func read(_ text: String) -> [String: SealableRow.Place]? {
            guard let list = try? WireJSON.decode([Entry].self, from: text.utf8) else { return nil }
            return Dictionary(list.map { ($0.kind, $0.place) }) { first, _ in first }
        }

        static func write(_ cursors: [String: SealableRow.Place]) throws -> String {
            try WireJSON.text(
                cursors.sorted { $0.key < $1.key }.map { Entry(kind: $0.key, place: $0.value) })
        }

        private struct Entry: Codable {
            let kind: String
            let place: SealableRow.Place
        }
    }
}

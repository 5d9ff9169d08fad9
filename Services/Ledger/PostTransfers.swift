import Contracts
import Postgres
import ServiceHost

/// Posts transfers of one request or of many: their accounts are locked once, each is decided in
/// order, and what became of them is written. A refused one leaves no trace.
struct PostTransfers: Sendable {
    /// One transfer that somebody asks for.
    typealias Asked = (input: PostTransfer, scope: RequestScope)

    /// How far from its recording a transfer may take effect.
    let limits: EffectiveLimits

    /// How many are decided and sent first: the database writes them while the others are decided,
    /// or while a large request waits for its turn. With 500 or 1,000 there are a tenth fewer
    /// transfers a second, for the turn comes before they are written.
    private static let part = 300

    /// An answer for each, in order.
    func handle(_ asked: [Asked], _ tx: borrowing Transaction) throws -> [Answer] {
        var posting = try Posting(asked, limits: limits, in: tx)
        var answers = [Answer?](repeating: nil, count: asked.count)
        for index in posting.ready.prefix(Self.part) { answers[index] = try posting.post(index) }
        try posting.record(in: tx)
        if try !posting.lockRest(in: tx) {
            answers = [Answer?](repeating: nil, count: asked.count)
        }
        for index in asked.indices where answers[index] == nil {
            answers[index] = try posting.post(index)
        }
        try posting.record(in: tx)
        return answers.compactMap { $0 }
    }
}

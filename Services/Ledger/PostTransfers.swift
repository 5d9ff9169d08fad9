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

    /// How many are decided before they are sent: the database writes them while the others are
    /// decided, and both hold everybody up who waits for the accounts.
    private static let ahead = 250

    /// An answer for each, in order.
    func handle(_ asked: [Asked], _ tx: borrowing Transaction) throws -> [Answer] {
        var posting = try Posting(asked, limits: limits, in: tx)
        var answers: [Answer] = []
        answers.reserveCapacity(asked.count)
        for index in asked.indices {
            answers.append(try posting.post(index))
            if answers.count == Self.ahead { try posting.record(in: tx) }
        }
        try posting.record(in: tx)
        return answers
    }
}

/// Transfers that are being posted to one book.
struct Posting {
    private let limits: EffectiveLimits
    private let asked: [PostTransfers.Asked]
    private let drafts: [Result<TransferDraft, Problem>]
    private var book: Book
    private var metadata: [TransferID: JSONText] = [:]

    /// Locks and reads all that they name.
    init(
        _ asked: [PostTransfers.Asked], limits: EffectiveLimits, in tx: borrowing Transaction
    ) throws {
        self.limits = limits
        self.asked = asked
        drafts = asked.map { request, _ in
            Result { () throws(Problem) in try request.draft(id: TransferID()) }
        }
        var named = WorkingSet()
        for (draft, (_, scope)) in zip(drafts, asked) {
            guard case .success(let draft) = draft else { continue }
            for line in draft.lines { named.name(line.account, of: scope.tenant) }
            if let reference = draft.reference {
                named.name(reference: reference, of: scope.tenant)
            }
        }
        book = try Book.load(named, in: tx)
    }

    /// Decides one of them, and gives its answer.
    mutating func post(_ index: Int) throws -> Answer {
        let (request, scope) = asked[index]
        let draft: TransferDraft
        switch drafts[index] {
        case .success(let sound): draft = sound
        case .failure(let problem): return .problem(problem)
        }
        let pairs = try request.metadata.map { try JSONText($0) }
        do throws(LedgerRefusal) {
            try limits.check(draft.effectiveAt, at: book.now)
            guard request.dryRun != true else {
                var rehearsal = book
                let transfer = try rehearsal.post(draft, for: Cause(scope))
                return .ok(TransferView(transfer, request.metadata, isRecorded: false)).rehearsed
            }
            let transfer = try book.post(draft, for: Cause(scope))
            metadata[transfer.id] = pairs
            return .created(
                TransferView(transfer, request.metadata),
                location: TransferLocation(draft.id).description)
        } catch {
            let answer = Answer.problem(error.problem)
            return request.dryRun == true ? answer.rehearsed : answer
        }
    }

    /// Queues what became of those that were decided since the last time.
    mutating func record(in tx: borrowing Transaction) throws {
        try book.record(metadata: metadata, in: tx)
        book.forgetChanges()
    }
}

import Contracts
import Postgres
import ServiceHost

/// Transfers that are being posted to one book.
struct Posting {
    private let limits: EffectiveLimits
    private let asked: [PostTransfers.Asked]
    private let drafts: [Result<TransferDraft, Problem>]
    private let named: WorkingSet
    private var book: Book
    private var metadata: [TransferID: JSONText] = [:]
    /// Until all accounts are locked, if they are many.
    private var large: LargeRequest?

    /// Locks and reads all that they name, or much of it: see `lockRest`.
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
        self.named = named
        large = try LargeRequest(named.accounts, in: tx)
        book =
            if let large {
                try Book.load(named, large.locked, in: tx)
            } else {
                try Book.load(named, in: tx)
            }
    }

    /// Those whose accounts are all locked, in order. Who names what an earlier one names that is
    /// not among them waits with it: on each account, and for each reference, the order stays that
    /// of the request.
    var ready: [Int] {
        guard let large else { return Array(asked.indices) }
        guard large.isAsked else { return [] }
        var accounts = large.awaited
        var references: Set<Owned<String>> = []
        return asked.indices.filter { index in
            guard case .success(let draft) = drafts[index] else { return true }
            let reference = draft.reference.map {
                Owned(tenant: asked[index].scope.tenant, name: $0)
            }
            let waits =
                draft.lines.contains { accounts.contains($0.account) }
                || reference.map(references.contains) ?? false
            if waits {
                accounts.formUnion(draft.lines.map(\.account))
                if let reference { references.insert(reference) }
            }
            return !waits
        }
    }

    /// Waits until all accounts are locked. Returns whether what was posted before still stands; if
    /// not, all of it is to be posted once more.
    mutating func lockRest(in tx: borrowing Transaction) throws -> Bool {
        guard let large else { return true }
        self.large = nil
        if let rest = try large.lockRest(in: tx) {
            if let at = rest.at { book.add(rest.accounts, lockedAt: at) }
            return true
        }
        metadata = [:]
        book = try Book.load(named, in: tx)
        try large.takeTurn(in: tx)
        return false
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

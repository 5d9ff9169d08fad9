import Contracts
import FoundationEssentials
import Money
import Postgres
import Synchronization
import TestSupport

@testable import Ledger
@testable import ServiceHost

/// Clients of one ledger who ask for whatever there is to ask for, and remember what was granted.
final class ModelClients: Sendable {
    typealias Model = ReferenceLedger

    enum Operation: Sendable {
        case open(AccountKind, Currency, limit: Int64)
        case change(AccountID, AccountChanged.Change)
        case update(AccountID, UpdateAccount)
        case place(Model.Reserve)
        case post(HoldID, Model.Reserve, Int64?, final: Bool)
        case void(HoldID)
        case transfer(Model.Movement)
        case rehearse(Model.Movement)
        case again(Answered)
        case batch(PostTransferBatch.Mode, PostTransferBatch.Form, [Item])
        case reverse(TransferID, Reversal, reference: String?)
    }

    /// What to give back of a transfer.
    enum Reversal: Sendable {
        case all
        /// `nil` parts, if the transfer has more than two sides.
        case amount(Int64, [Model.Part]?)
        case parts([Model.Part])
    }

    /// One transfer of a batch.
    enum Item: Sendable {
        case fresh(Model.Movement, key: String?)
        case again(Answered)
    }

    /// A transfer that was answered under a key, and is answered the same for ever.
    struct Answered: Sendable {
        let key: String
        let movement: Model.Movement
        let status: Int
        let transfer: TransferID?
    }

    /// What was asked, and whether the ledger granted it.
    struct Verdict: Sendable {
        /// `nil` for what cannot be granted, however the books stand.
        let actions: [Model.Action]?
        let isGranted: Bool
        /// Whether nothing changes even if it is granted.
        var isRehearsal = false
    }

    /// What was granted, in the order of the answers, and how far it was told.
    struct Known: Sendable {
        var accounts: [(id: AccountID, wallet: Model.Wallet)] = []
        var holds: [(id: HoldID, reserve: Model.Reserve)] = []
        var transfers: [(id: TransferID, movement: Model.Movement)] = []
        var answered: [Answered] = []
        /// The last event, and the last line of the audit trail.
        var read: (event: Int64, line: Int64) = (0, 0)
    }

    let ledger: LedgerFixture
    let gathering: Gathering<PostTransfer>
    let posting = PostTransfers(limits: EffectiveLimits(past: 30, future: 30))
    let known = Mutex(Known())

    init(_ ledger: LedgerFixture) {
        self.ledger = ledger
        gathering = Gathering(
            database: ledger.database, operation: LedgerRoutes.postTransfer,
            limits: GatheringLimits(), handler: posting.handle)
    }

    /// Before anything was asked.
    var start: Model {
        let month: Int64 = 30 * 86_400_000_000
        let now = Moment(Date()).microseconds
        return Model(
            times: Moment(microseconds: now - month)...Moment(microseconds: now + month))
    }

    /// Remembers what was granted.
    func settle(
        _ actions: [Model.Action]?, _ isGranted: Bool, isRehearsal: Bool = false
    ) -> Verdict {
        if isGranted, !isRehearsal {
            known.withLock { known in
                for action in actions ?? [] { known.remember(action) }
            }
        }
        return Verdict(actions: actions, isGranted: isGranted, isRehearsal: isRehearsal)
    }
}

extension ModelClients.Known {
    fileprivate mutating func remember(_ action: ReferenceLedger.Action) {
        switch action {
        case .open(let id, let wallet): accounts.append((id, wallet))
        case .place(let id, let reserve): holds.append((id, reserve))
        case .move(let id, let movement), .giveBackAll(let id, let movement):
            transfers.append((id, movement))
        case .change, .update, .void: break
        }
    }
}

extension ReferenceLedger {
    /// Whether it grants the same, which it then does too.
    mutating func agrees(with verdict: ModelClients.Verdict) -> Bool {
        var next = self
        let isPossible = verdict.actions.map { next.apply($0) } ?? false
        if isPossible, !verdict.isRehearsal { self = next }
        return isPossible == verdict.isGranted
    }
}

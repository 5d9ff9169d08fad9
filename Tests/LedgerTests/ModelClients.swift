import Contracts
import FoundationEssentials
import Money
import Postgres
import Synchronization
import TestSupport

@testable import Ledger
@testable import ServiceHost

/// Clients of one ledger who ask for whatever there is to ask for.
final class ModelClients: Sendable {
    enum Operation: Sendable {
        case transfer([ReferenceLedger.Part], effectiveAt: Date?)
        case place(AccountID, AccountID, Int64)
        case post(HoldID, Int64?, final: Bool)
        case void(HoldID)
        case reverse(TransferID)
        case change(AccountID, AccountChanged.Change)
    }

    let start: ReferenceLedger
    let ledger: LedgerFixture
    private let accounts: [AccountID]
    private let gathering: Gathering<PostTransfer>
    let known = Mutex<(holds: [HoldID], transfers: [TransferID], read: Int64)>(([], [], 0))

    init(_ ledger: LedgerFixture, _ random: inout SeededRandom) async throws {
        self.ledger = ledger
        var start = ReferenceLedger()
        var accounts: [AccountID] = []
        for kind in [AccountKind.asset, .liability, .liability, .liability, .revenue] {
            let limit = [0, 300, 100_000].randomElement(using: &random) ?? 0
            let id = try await ledger.open(kind, limit: Int64(limit))
            start.wallets[id] = .init(
                isDebitNormal: kind.normalSide == .debit, limit: Int64(limit))
            accounts.append(id)
        }
        self.start = start
        self.accounts = accounts
        gathering = Gathering(
            database: ledger.database, operation: LedgerRoutes.postTransfer,
            limits: GatheringLimits(), handler: PostTransfers(limits: EffectiveLimits()).handle)
        // What was opened is told too; the model knows it.
        _ = try await events()
    }

    func operation(_ random: inout SeededRandom) -> Operation {
        let (one, two) = (pick(&random), pick(&random))
        let amount = Int64.random(in: 1...150, using: &random)
        let (holds, transfers) = known.withLock { ($0.holds, $0.transfers) }
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<8:
            let wrong: Int64 = Int.random(in: 0..<8, using: &random) == 0 ? 1 : 0
            let part = Int64.random(in: 0..<amount, using: &random)
            let parts: [ReferenceLedger.Part] = [
                (one, .debit, amount), (two, .credit, amount - part + wrong),
                (pick(&random), .credit, part),
            ]
            let offset = Int64.random(in: -500_000...500_000, using: &random)
            return .transfer(
                parts.filter { $0.amount > 0 },
                effectiveAt: offset > 0 ? nil : Date().addingTimeInterval(TimeInterval(offset)))
        case 8..<12: return .place(one, two, amount)
        case 12, 13:
            guard let hold = holds.randomElement(using: &random) else { break }
            return .post(hold, amount, final: Bool.random(using: &random))
        case 14:
            guard let hold = holds.randomElement(using: &random) else { break }
            return .post(hold, nil, final: true)
        case 15, 16:
            guard let hold = holds.randomElement(using: &random) else { break }
            return .void(hold)
        case 17:
            guard let transfer = transfers.randomElement(using: &random) else { break }
            return .reverse(transfer)
        case 18: return .change(one, Bool.random(using: &random) ? .closed : .frozen)
        default: break
        }
        return .change(one, .unfrozen)
    }

    /// Asks the ledger; tells whether it accepted.
    func perform(_ operation: Operation) async throws -> Bool {
        let scope = scope(of: operation)
        switch operation {
        case .transfer(let parts, let effectiveAt):
            let request = PostTransfer(
                entries: try parts.map {
                    .init(account: $0.account, side: $0.side, amount: try Amount($0.amount))
                },
                currency: Fixture.usd, reference: nil, effectiveAt: effectiveAt, dryRun: nil,
                metadata: nil)
            let outcome = try await gathering.perform(
                .init(
                    once: IdempotentRequest(
                        tenant: scope.tenant, operation: LedgerRoutes.postTransfer,
                        key: UUID().uuidString, hash: [1]), input: request, scope: scope))
            guard case .answered(let answer, _) = outcome else { return false }
            return answer.status < 300
        case .place(let account, let to, let amount):
            let request = PlaceHoldRequest(
                account: account, to: to, amount: try Amount(amount), currency: Fixture.usd,
                expiresIn: nil)
            return try await ask { try request.handle(scope, $0) }
        case .post(_, let amount, let final):
            let request = PostHoldRequest(amount: try amount.map { try Amount($0) }, final: final)
            return try await ask { try request.handle(scope, $0) }
        case .void: return try await ask { try VoidHoldRequest.handle(scope, $0) }
        case .reverse:
            let request = ReverseTransferRequest(
                amount: nil, entries: nil, reference: nil, metadata: nil)
            return try await ask { try request.handle(scope, $0) }
        case .change(_, let change):
            let rule =
                switch change {
                case .frozen: ChangeAccount.freeze
                case .closed: ChangeAccount.close
                default: ChangeAccount.unfreeze
                }
            return try await ask { try ChangeAccount.handle(rule, scope, $0) }
        }
    }

    /// Does on the model what the ledger told since the last time; `false` if it cannot be done.
    func replay(into model: inout ReferenceLedger) async throws -> Bool {
        for event in try await events() {
            let isPossible =
                switch event {
                case .account(let account, let change): model.change(account, change)
                case .placed(let hold, let reserve): model.place(hold, reserve)
                case .voided(let hold): model.void(hold)
                case .moved(let parts, let hold): model.move(parts, using: hold)
                }
            if !isPossible { return false }
        }
        return true
    }

    /// Whether the model could do what the ledger refused; only for what needs no more than it
    /// knows.
    func tryOut(_ operation: Operation, on model: inout ReferenceLedger) -> Bool {
        switch operation {
        case .transfer(let parts, _): model.move(parts)
        case .place(let account, let to, let amount):
            model.place(HoldID(), .init(account: account, to: to, amount: amount))
        case .void(let hold): model.void(hold)
        case .post(let hold, nil, _):
            model.reserves[hold].map { reserve in
                model.move(
                    [
                        (reserve.account, .debit, reserve.amount),
                        (reserve.to, .credit, reserve.amount),
                    ], using: hold)
            } ?? false
        case .change(let account, let change): model.change(account, change)
        case .post, .reverse: false
        }
    }

    /// How the database stands.
    func stored() async throws -> ReferenceLedger {
        let start = start
        return try await ledger.database.read { tx in
            var stored = start
            for row in try tx.query(ModelQueries.accounts) {
                let id = AccountID(try row.read(0))
                stored.wallets[id]?.posted = try row.read(1)
                stored.wallets[id]?.held = try row.read(2)
                stored.wallets[id]?.status = try row.read(3)
            }
            for row in try tx.query(ModelQueries.holds) {
                stored.reserves[HoldID(try row.read(0))] = .init(
                    account: AccountID(try row.read(1)), to: AccountID(try row.read(2)),
                    amount: try row.read(3), isOpen: try row.read(4))
            }
            return stored
        }
    }

    private func pick(_ random: inout SeededRandom) -> AccountID {
        accounts.randomElement(using: &random) ?? accounts[0]
    }

    private func scope(of operation: Operation) -> RequestScope {
        let id: String? =
            switch operation {
            case .post(let hold, _, _), .void(let hold): hold.description
            case .reverse(let transfer): transfer.description
            case .change(let account, _): account.description
            case .transfer, .place: nil
            }
        return RequestScope(
            tenant: Fixture.tenant, actor: "tester", requestID: "req-1",
            parameters: id.map { ["id": $0] } ?? [:])
    }

    private func ask(
        _ handler: @escaping @Sendable (borrowing Transaction) throws -> Answer
    ) async throws -> Bool {
        try await ledger.database.transaction { tx in
            try handler(tx).kept(requestID: "req-1").status < 300
        }
    }
}

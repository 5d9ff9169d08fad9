import Contracts
import Money
import Outbox

@testable import Ledger
@testable import Outbox

/// The ledger: the real rules of posting on tables in memory.
final class LedgerService: ParticipatingService {
    let topic = Topic.ledgerCommands
    let participant = AnswerCommands.participant
    let forgets: Set<Barrier.Answer.Outcome>
    var tables = ServiceTables()

    private(set) var accounts = Table<AccountID, Account>()
    private(set) var holds = Table<HoldID, Hold>()
    private(set) var transfers = Log<Transfer>()
    /// How often each hold was placed: once, whatever is delivered.
    private(set) var placements = Table<HoldID, Int>()
    private var reversibles = Table<TransferID, ReversibleTransfer>()
    private var operators: [OperatorAccount: AccountID] = [:]

    static let tenant = "acme"
    private static let cause = Cause(tenant: tenant, actor: "operator")

    /// Opens the operator's accounts of a currency.
    init(_ currency: Currency, forgets: Set<Barrier.Answer.Outcome> = []) {
        self.forgets = forgets
        for role in [OperatorAccount.Role.fees, .tax] {
            let name = OperatorAccount(role: role, currency: currency)
            operators[name] = open(name.kind, currency, role: role)
        }
        commit()
    }

    func apply(_ envelopes: [Envelope]) throws -> [AnyReply] {
        let commands = try AnswerCommands.commands(in: envelopes)
        var book = load(AnswerCommands.workingSet(of: commands))
        let replies = try AnswerCommands.decide(commands, on: &book)
        record(book)
        return replies
    }

    func commitBusiness() {
        accounts.commit()
        holds.commit()
        transfers.commit()
        placements.commit()
        reversibles.commit()
    }

    func rollBackBusiness() {
        accounts.rollBack()
        holds.rollBack()
        transfers.rollBack()
        placements.rollBack()
        reversibles.rollBack()
    }
}

// MARK: - What people do

extension LedgerService {
    func open(
        _ kind: AccountKind, _ currency: Currency, role: OperatorAccount.Role? = nil
    ) -> AccountID {
        let id = AccountID()
        accounts[id] = Account(
            id: id, tenant: Self.tenant, kind: kind, currency: currency, role: role,
            overdraftLimit: 0, status: .active, posted: 0, held: 0, version: 0)
        return id
    }

    /// Opens a customer's wallet with money in it, which came from outside.
    func openWallet(holding amount: Money) throws -> AccountID {
        let cash = open(.asset, amount.currency)
        let wallet = open(.liability, amount.currency)
        try change([cash, wallet]) { book throws(LedgerRefusal) in
            try book.post(
                TransferDraft(
                    id: TransferID(),
                    lines: [
                        Line(account: cash, side: .debit, amount: amount),
                        Line(account: wallet, side: .credit, amount: amount),
                    ]),
                for: Self.cause)
        }
        commit()
        return wallet
    }

    func setFrozen(_ isFrozen: Bool, _ account: AccountID) throws {
        try change([account]) { book throws(LedgerRefusal) in
            if isFrozen {
                try book.freeze(account, for: Self.cause)
            } else {
                try book.unfreeze(account, for: Self.cause)
            }
        }
        commit()
    }

    private func change(
        _ accounts: [AccountID], by body: (inout Book) throws(LedgerRefusal) -> Void
    ) throws {
        var named = WorkingSet()
        for account in accounts { named.name(account, of: Self.tenant) }
        var book = load(named)
        try body(&book)
        record(book)
    }
}

// MARK: - Loading and writing

extension LedgerService {
    private func load(_ named: WorkingSet) -> Book {
        let holds = named.holds.compactMap { self.holds[$0.name] }
        let reversed = named.transfers.compactMap { reversibles[$0.name] }
        var wanted = named.accounts.map(\.name)
        wanted += holds.flatMap { [$0.account, $0.to].compactMap { $0 } }
        wanted += named.operatorAccounts.compactMap { operators[$0.name] }
        wanted += reversed.flatMap { $0.left.keys.map(\.account) }
        return Book(
            accounts: wanted.compactMap { accounts[$0] }, holds: holds, reversibles: reversed)
    }

    private func record(_ book: Book) {
        for id in book.changedAccounts.keys { accounts[id] = book.accounts[id] }
        for change in book.changes {
            switch change.kind {
            case .account, .terms: break
            case .hold(let hold, let what):
                holds[hold.id] = hold
                if what == .placed { placements[hold.id, default: 0] += 1 }
            case .transfer(let transfer):
                transfers.append(transfer)
                giveBack(transfer)
                reversibles[transfer.id] = transfer.reversible
            }
        }
    }

    /// Takes what a reversal gives back off what can still be given back.
    private func giveBack(_ reversal: Transfer) {
        guard let id = reversal.draft.reverses, var original = reversibles[id] else { return }
        for line in reversal.draft.lines {
            let part = ReversibleTransfer.Part(
                account: line.account, side: line.side.opposite, currency: line.amount.currency)
            original.left[part, default: 0] -= line.amount.minorUnits
        }
        reversibles[id] = original
    }
}

extension Table {
    subscript(key: Key, default row: Row) -> Row {
        get { self[key] ?? row }
        set { self[key] = newValue }
    }
}

extension Transfer {
    /// All of it can be given back.
    fileprivate var reversible: ReversibleTransfer {
        var left: [ReversibleTransfer.Part: Int64] = [:]
        for line in draft.lines {
            let part = ReversibleTransfer.Part(
                account: line.account, side: line.side, currency: line.amount.currency)
            left[part, default: 0] += line.amount.minorUnits
        }
        return ReversibleTransfer(
            id: id, tenant: tenant, payment: draft.payment, reverses: draft.reverses, left: left)
    }
}

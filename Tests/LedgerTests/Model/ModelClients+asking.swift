import Contracts
import FoundationEssentials
import Money
import Synchronization
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

extension ModelClients {
    /// What a request is answered with, as far as the clients look at it.
    struct Reply: Sendable {
        struct Shown: Decodable, Sendable {
            let id: String
            /// Of a hold: what it was posted by, and what keeps the rest.
            let transfer: TransferID?
            let remainder: HoldID?
        }

        let status: Int
        let body: [UInt8]
        var isReplayed = false

        var isGranted: Bool { status < 300 }

        func shown() throws -> Shown? {
            isGranted ? try WireJSON.decode(from: body) : nil
        }

        /// The id of what was made; of what was not made, some id.
        func id<Subject: IDSubject>(as _: ID<Subject>.Type = ID<Subject>.self) throws -> ID<Subject>
        {
            try shown().flatMap { ID<Subject>($0.id) } ?? ID<Subject>()
        }
    }

    /// Asks the ledger, and tells what it granted.
    func perform(_ operation: Operation) async throws -> [Verdict] {
        switch operation {
        case .open(let kind, let currency, let limit):
            return [try await open(kind, currency, limit: limit)]
        case .change(let account, let change):
            let scope = scope(account.description)
            let reply = try await ask { try ChangeAccount.handle(change.rule, scope, $0) }
            return [settle([.change(account, change)], reply.isGranted)]
        case .update(let account, let request):
            let scope = scope(account.description)
            let reply = try await ask { try request.handle(scope, $0) }
            return [settle([.update(account) { request.terms(after: $0) }], reply.isGranted)]
        case .place(let reserve):
            let request = PlaceHoldRequest(
                account: reserve.account, to: reserve.to, amount: try Amount(reserve.amount),
                currency: reserve.currency, expiresIn: nil)
            let scope = scope()
            let reply = try await ask { try request.handle(scope, $0) }
            return [settle([.place(try reply.id(), reserve)], reply.isGranted)]
        case .post(let hold, let reserve, let amount, let final):
            return [try await post(hold, reserve, amount, final: final)]
        case .void(let hold):
            let scope = scope(hold.description)
            let reply = try await ask { try VoidHoldRequest.handle(scope, $0) }
            return [settle([.void(hold)], reply.isGranted)]
        case .transfer(let movement):
            let key = UUID().uuidString
            let reply = try await post(movement, key: key)
            let id = try reply.id(as: TransferID.self)
            remember(movement, under: key, reply.status, id)
            return [settle([.move(id, movement)], reply.isGranted)]
        case .rehearse(let movement):
            let reply = try await post(movement, key: UUID().uuidString, isRehearsal: true)
            return [
                settle([.move(try reply.id(), movement)], reply.isGranted, isRehearsal: true)
            ]
        case .again(let answered):
            let reply = try await post(answered.movement, key: answered.key)
            #expect(reply.isReplayed && reply.status == answered.status)
            let id = try reply.shown()?.id
            #expect(id == answered.transfer?.description)
            return []
        case .batch(let mode, let form, let items):
            return try await batch(mode, form, items)
        case .reverse(let original, let reversal, let reference):
            return [try await reverse(original, reversal, reference)]
        }
    }

    func remember(
        _ movement: Model.Movement, under key: String, _ status: Int, _ transfer: TransferID
    ) {
        guard KeptAnswer.isKept(status: status) else { return }
        known.withLock {
            $0.answered.append(
                Answered(
                    key: key, movement: movement, status: status,
                    transfer: status < 300 ? transfer : nil))
        }
    }

    /// The accounts that the books begin with.
    func open(_ random: inout SeededRandom) async throws -> [Verdict] {
        var opened: [Verdict] = []
        for (kind, currency) in Self.accounts {
            opened.append(try await open(kind, currency, limit: limit(&random)))
        }
        return opened
    }

    private func open(_ kind: AccountKind, _ currency: Currency, limit: Int64) async throws
        -> Verdict
    {
        let request = OpenAccount(
            kind: kind, currency: currency, name: try ShortText("An account", field: "name"),
            overdraftLimit: limit, metadata: nil)
        let scope = scope()
        let reply = try await ask { try request.handle(scope, $0) }
        let wallet = Model.Wallet(
            isDebitNormal: kind.normalSide == .debit, currency: currency,
            terms: AccountTerms(name: "An account", overdraftLimit: limit, metadata: [:]))
        return settle([.open(try reply.id(), wallet)], reply.isGranted)
    }

    private func post(
        _ hold: HoldID, _ reserve: Model.Reserve, _ amount: Int64?, final: Bool
    ) async throws -> Verdict {
        let request = PostHoldRequest(amount: try amount.map { try Amount($0) }, final: final)
        let scope = scope(hold.description)
        let reply = try await ask { try request.handle(scope, $0) }
        let shown = try reply.shown()
        let paid = amount ?? reserve.amount
        let parts = [(reserve.account, Side.debit), (reserve.to, .credit)].map {
            Model.Part(account: $0, side: $1, amount: paid, currency: reserve.currency)
        }
        var actions = [
            Model.Action.move(
                shown?.transfer ?? TransferID(), Model.Movement(parts: parts, hold: hold))
        ]
        if !final {
            let rest = Model.Reserve(
                account: reserve.account, to: reserve.to, amount: reserve.amount - paid,
                currency: reserve.currency)
            actions.append(.place(shown?.remainder ?? HoldID(), rest))
        }
        return settle(actions, reply.isGranted)
    }

    private func reverse(
        _ original: TransferID, _ reversal: Reversal, _ reference: String?
    ) async throws -> Verdict {
        var amount: Int64?
        var parts: [Model.Part]?
        switch reversal {
        case .all: break
        case .amount(let asked, let resulting): (amount, parts) = (asked, resulting)
        case .parts(let asked): parts = asked
        }
        let request = ReverseTransferRequest(
            amount: try amount.map { try Amount($0) },
            entries: amount == nil ? try parts?.map { try $0.entry(namesCurrency: true) } : nil,
            reference: try reference.map { try ShortText($0, field: "reference") }, metadata: nil)
        let scope = scope(original.description)
        let reply = try await ask { try request.handle(scope, $0) }
        let movement = Model.Movement(
            parts: parts ?? [], reference: reference, reverses: original)
        if case .amount(_, nil) = reversal { return settle(nil, reply.isGranted) }
        let id = try reply.id(as: TransferID.self)
        return settle(
            [parts == nil ? .giveBackAll(id, movement) : .move(id, movement)], reply.isGranted)
    }

    func scope(_ id: String? = nil) -> RequestScope {
        RequestScope(
            tenant: Fixture.tenant, actor: "tester", requestID: "req-1",
            parameters: id.map { ["id": $0] } ?? [:])
    }

    private func ask(
        _ handler: @escaping @Sendable (borrowing Transaction) throws -> Answer
    ) async throws -> Reply {
        let kept = try await ledger.database.transaction { tx in
            try handler(tx).kept(requestID: "req-1")
        }
        return Reply(status: kept.status, body: kept.body)
    }
}

extension AccountChanged.Change {
    fileprivate var rule: ChangeAccount.Rule {
        switch self {
        case .frozen: ChangeAccount.freeze
        case .closed: ChangeAccount.close
        case .opened, .unfrozen, .updated: ChangeAccount.unfreeze
        }
    }
}

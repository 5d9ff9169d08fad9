import Contracts
import FoundationEssentials
import Money
import Synchronization
import Postgres
import Testing

@testable import Ledger

extension ModelClients {
    /// Does on the model what the ledger told since the last time; `false` if it cannot be done.
    func replay(into model: inout Model) async throws -> Bool {
        let (told, read) = try await told()
        let known = known.withLock { known in
            known.read = read
            return known
        }
        for action in told {
            let isAsked = known.asked(for: action)
            #expect(isAsked, "nobody asked for \(action)")
            if !model.apply(action) { return false }
        }
        return true
    }

    /// What was granted and never told.
    func untold(in model: Model) -> [String] {
        let known = known.withLock { $0 }
        return known.accounts.map(\.id).filter { model.wallets[$0] == nil }.map(\.description)
            + known.holds.map(\.id).filter { model.reserves[$0] == nil }.map(\.description)
            + known.transfers.map(\.id).filter { model.movements[$0] == nil }.map(\.description)
    }

    /// In order. Positions are taken while the locks are held, so that what concerns one account is
    /// in the order in which it happened; so are the lines of the audit trail, which say of each
    /// account in that order how its terms changed.
    private func told() async throws -> ([Model.Action], read: (event: Int64, line: Int64)) {
        let known = known.withLock { $0 }
        return try await ledger.database.read { tx in
            var read = known.read
            var updates: [AccountID: [TermsTold]] = [:]
            for row in try tx.query(ModelQueries.updates, read.line) {
                read.line = try row.read(0)
                let told: TermsTold = try WireJSON.decode(from: try row.read(1, as: [UInt8].self))
                updates[told.account, default: []].append(told)
            }
            var told: [Model.Action] = []
            for row in try tx.query(ModelQueries.events, read.event) {
                read.event = try row.read(0)
                let payload = try row.read(2, as: [UInt8].self)
                switch try row.read(1, as: String.self) {
                case AccountChanged.type:
                    let event = try WireJSON.decode(AccountChanged.self, from: payload)
                    switch event.change {
                    case .opened:
                        let opened = known.accounts.first { $0.id == event.account }
                        told.append(.open(event.account, try #require(opened).wallet))
                    case .updated:
                        try #require(updates[event.account]?.isEmpty == false)
                        let changes = updates[event.account]?.removeFirst().changes
                        told.append(.update(event.account) { changes?.applied(to: $0) })
                    case .frozen, .unfrozen, .closed:
                        told.append(.change(event.account, event.change))
                    }
                case HoldChanged.type:
                    let event = try WireJSON.decode(HoldChanged.self, from: payload)
                    switch event.change {
                    case .placed:
                        told.append(
                            .place(
                                event.hold,
                                .init(
                                    account: event.account, to: AccountID(try row.read(3)),
                                    amount: event.amount.minorUnits,
                                    currency: event.amount.currency)))
                    case .voided, .expired: told.append(.void(event.hold))
                    case .posted: break
                    }
                default:
                    let event = try WireJSON.decode(TransferPosted.self, from: payload)
                    told.append(.move(event.transfer, try Model.Movement(event, row)))
                }
            }
            return (told, read)
        }
    }
}

extension ReferenceLedger.Movement {
    /// Reads what the event does not say from columns of `ModelQueries.events`.
    fileprivate init(_ event: TransferPosted, _ row: Row) throws {
        self.init(
            parts: event.entries.map {
                .init(
                    account: $0.account, side: Side(rawValue: $0.side) ?? .debit,
                    amount: $0.amount.minorUnits, currency: $0.amount.currency)
            },
            reference: try row.read(5),
            effectiveAt: try row.read(6, as: Date?.self).map { Moment($0) },
            hold: try row.read(4, as: UUID?.self).map { HoldID($0) }, reverses: event.reverses)
    }
}

extension ModelClients.Known {
    fileprivate func asked(for action: ReferenceLedger.Action) -> Bool {
        switch action {
        case .place(let id, let reserve): holds.contains { $0.id == id && $0.reserve == reserve }
        case .move(let id, var movement):
            transfers.contains { transfer in
                guard transfer.id == id else { return false }
                // What all that is left was, the asker did not say.
                if transfer.movement.parts.isEmpty { movement.parts = [] }
                return transfer.movement == movement
            }
        case .open, .change, .update, .void, .giveBackAll: true
        }
    }
}

extension TermsTold.Changes {
    /// `nil` for terms that are not those before.
    fileprivate func applied(to terms: AccountTerms) -> AccountTerms? {
        guard name.map({ $0.before == terms.name }) ?? true,
            overdraftLimit.map({ $0.before == terms.overdraftLimit }) ?? true,
            metadata.map({ $0.before == terms.metadata }) ?? true
        else { return nil }
        return AccountTerms(
            name: name?.after ?? terms.name,
            overdraftLimit: overdraftLimit?.after ?? terms.overdraftLimit,
            metadata: metadata?.after ?? terms.metadata)
    }
}

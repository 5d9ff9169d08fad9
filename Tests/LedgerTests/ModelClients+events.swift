import Contracts
import FoundationEssentials
import Money
import Postgres
import Synchronization

@testable import Ledger

extension ModelClients {
    enum Told: Sendable {
        case account(AccountID, AccountChanged.Change)
        case placed(HoldID, ReferenceLedger.Reserve)
        case voided(HoldID)
        case moved([ReferenceLedger.Part], using: HoldID?)
    }

    /// What was told since the last time, in order. Positions are taken while the locks are held, so
    /// that what concerns one account is in the order in which it happened.
    func events() async throws -> [Told] {
        let read = known.withLock { $0.read }
        let (told, last, holds, transfers) = try await ledger.database.read { tx in
            var told: [Told] = []
            var last = read
            var holds: [HoldID] = []
            var transfers: [TransferID] = []
            for row in try tx.query(ModelQueries.events, read) {
                last = try row.read(0)
                let payload = try row.read(2, as: [UInt8].self)
                switch try row.read(1, as: String.self) {
                case AccountChanged.type:
                    let event = try WireJSON.decode(AccountChanged.self, from: payload)
                    told.append(.account(event.account, event.change))
                case HoldChanged.type:
                    let event = try WireJSON.decode(HoldChanged.self, from: payload)
                    switch event.change {
                    case .placed:
                        let to = AccountID(try row.read(3, as: UUID.self))
                        holds.append(event.hold)
                        told.append(
                            .placed(
                                event.hold,
                                .init(
                                    account: event.account, to: to,
                                    amount: event.amount.minorUnits)))
                    case .voided, .expired: told.append(.voided(event.hold))
                    case .posted: break
                    }
                default:
                    let event = try WireJSON.decode(TransferPosted.self, from: payload)
                    transfers.append(event.transfer)
                    told.append(
                        .moved(
                            event.entries.map {
                                (
                                    $0.account, Side(rawValue: $0.side) ?? .debit,
                                    $0.amount.minorUnits
                                )
                            },
                            using: try row.read(4, as: UUID?.self).map { HoldID($0) }))
                }
            }
            return (told, last, holds, transfers)
        }
        known.withLock {
            $0.read = last
            $0.holds += holds
            $0.transfers += transfers
        }
        return told
    }
}

enum ModelQueries {
    static let accounts = Statement("SELECT id, posted, held, status FROM account")
    static let holds = Statement(
        "SELECT id, account, to_account, amount, status = 'open' FROM hold")
    static let events = Statement(
        """
        SELECT outbox.position, outbox.type, outbox.payload, hold.to_account, transfer.hold
          FROM outbox
          LEFT JOIN hold ON outbox.headers ->> 'ce_subject' = 'hold_' || hold.id
          LEFT JOIN transfer ON outbox.headers ->> 'ce_subject' = 'txn_' || transfer.id
         WHERE outbox.topic = 'ledger.events.v1' AND outbox.position > $1::int8
         ORDER BY outbox.position
        """)
}

import Contracts
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger

extension ModelClients {
    /// How the database stands.
    func stored(like model: Model) async throws -> Model {
        try await ledger.database.read { tx in
            var stored = Model(times: model.times)
            for row in try tx.query(ModelQueries.accounts) {
                let kind: AccountKind = try row.word(1)
                stored.wallets[AccountID(try row.read(0))] = .init(
                    isDebitNormal: kind.normalSide == .debit, currency: try row.currency(2),
                    terms: AccountTerms(
                        name: try row.read(3), overdraftLimit: try row.read(4),
                        metadata: try WireJSON.decode(from: try row.read(5, as: [UInt8].self))),
                    status: try row.word(6), posted: try row.read(7), held: try row.read(8))
            }
            for row in try tx.query(ModelQueries.holds) {
                stored.reserves[HoldID(try row.read(0))] = .init(
                    account: AccountID(try row.read(1)), to: AccountID(try row.read(2)),
                    amount: try row.read(3), currency: try row.currency(4),
                    isOpen: try row.read(5))
            }
            for row in try tx.query(ModelQueries.transfers) {
                stored.movements[TransferID(try row.read(0))] = .init(
                    parts: [], reference: try row.read(1),
                    effectiveAt: try row.read(2, as: Date?.self).map { Moment($0) },
                    hold: try row.read(3, as: UUID?.self).map { HoldID($0) },
                    reverses: try row.read(4, as: UUID?.self).map { TransferID($0) })
            }
            for row in try tx.query(ModelQueries.entries) {
                stored.movements[TransferID(try row.read(0))]?.parts.append(
                    .init(
                        account: AccountID(try row.read(1)), side: try row.word(2),
                        amount: try row.read(3), currency: try row.currency(4)))
            }
            return stored
        }
    }

    /// Asks for balances at moments at which something was recorded, or took effect, and right
    /// before; they are sums of what the model knows.
    func expectBalances(
        of model: Model, _ random: inout SeededRandom
    ) async throws {
        let recorded = try await ledger.database.read { tx in
            try tx.query(ModelQueries.transfers).map { row in
                (TransferID(try row.read(0)), Moment(try row.read(5)))
            }
        }
        let times = Dictionary(uniqueKeysWithValues: recorded)
        for (account, wallet) in model.wallets {
            let changes = model.movements.flatMap { id, movement in
                movement.parts.filter { $0.account == account }.map { part in
                    let known = times[id] ?? .earliest
                    let adds = (part.side == .debit) == wallet.isDebitNormal
                    return (
                        known: known, effective: movement.effectiveAt ?? known,
                        amount: adds ? part.amount : -part.amount
                    )
                }
            }
            for _ in 0..<3 {
                guard let change = changes.randomElement(using: &random) else { break }
                let early = Int64.random(in: 0...1, using: &random)
                let effective = Moment(microseconds: change.effective.microseconds - early)
                let known = Moment(microseconds: change.known.microseconds - early)
                #expect(
                    try await ledger.balance(account, at: effective.date, .effective)
                        == changes.filter { $0.effective <= effective }.map(\.amount).sum)
                #expect(
                    try await ledger.balance(account, at: known.date, .known)
                        == changes.filter { $0.known <= known }.map(\.amount).sum)
            }
        }
    }
}

extension [Int64] {
    fileprivate var sum: Int64 { reduce(0, +) }
}

enum ModelQueries {
    static let accounts = Statement(
        """
        SELECT id, kind, currency, name, overdraft_limit, metadata, status, posted, held
          FROM account
        """)
    static let holds = Statement(
        "SELECT id, account, to_account, amount, currency, status = 'open' FROM hold")
    static let transfers = Statement(
        """
        SELECT id, reference, nullif(effective_at, created_at), hold, reverses, created_at
          FROM transfer
        """)
    static let entries = Statement(
        "SELECT transfer, account, side, amount, currency FROM entry ORDER BY transfer, line")
    static let events = Statement(
        """
        SELECT outbox.position, outbox.type, outbox.payload, hold.to_account, transfer.hold,
               transfer.reference, nullif(transfer.effective_at, transfer.created_at)
          FROM outbox
          LEFT JOIN hold ON outbox.headers ->> 'ce_subject' = 'hold_' || hold.id
          LEFT JOIN transfer ON outbox.headers ->> 'ce_subject' = 'txn_' || transfer.id
         WHERE outbox.topic = 'ledger.events.v1' AND outbox.position > $1::int8
         ORDER BY outbox.position
        """)
    static let updates = Statement(
        """
        SELECT id, detail
          FROM audit
         WHERE action = 'account.updated' AND id > $1::int8
         ORDER BY id
        """)
}

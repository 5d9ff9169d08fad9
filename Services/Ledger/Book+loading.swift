import Contracts
import FoundationEssentials
import Money
import Postgres

extension Book {
    /// Locks and reads all that a batch names. Throws `PostgresError`, and `LedgerRowError` for a
    /// row that this program does not understand.
    ///
    /// The operator's missing accounts are opened first, because waiting for somebody else to
    /// open one while holding the lock of another could be waiting for each other.
    static func load(_ named: WorkingSet, in tx: borrowing Transaction) throws -> Book {
        let opened = try openOperatorAccounts(named.operatorAccounts, in: tx)
        let asked = Array(named.accounts)
        let holds = Array(named.holds)
        let operators = Array(named.operatorAccounts)
        let reversed = Array(named.transfers)
        let areAllNamed = holds.isEmpty && operators.isEmpty && reversed.isEmpty
        let locked = try LockedAccounts(
            areAllNamed
                ? tx.query(BookQueries.lockNamed, asked.map(\.name.uuid), asked.tenants)
                : tx.query(
                    BookQueries.lockAccounts,
                    asked.map(\.name.uuid), asked.map(\.tenant),
                    holds.map(\.name.uuid), holds.map(\.tenant),
                    operators.map(\.tenant), operators.map(\.name.currency.code),
                    operators.map(\.name.role.rawValue),
                    reversed.map(\.name.uuid), reversed.map(\.tenant)))
        var book = try load(named, locked, in: tx)
        for account in opened {
            book.note(account, .opened, for: Cause(tenant: account.tenant, actor: "ledger"))
        }
        return book
    }

    /// Reads what a batch names besides accounts, of which these are locked.
    static func load(
        _ named: WorkingSet, _ locked: LockedAccounts, in tx: borrowing Transaction
    ) throws -> Book {
        Book(
            accounts: locked.accounts, holds: try readHolds(Array(named.holds), in: tx),
            references: try takenReferences(named.references, in: tx),
            reversibles: try readReversibles(Array(named.transfers), in: tx),
            lockedAt: try locked.at ?? clock(in: tx))
    }

    private static func clock(in tx: borrowing Transaction) throws -> Moment {
        Moment(try tx.query(BookQueries.clock)[0].read(0))
    }

    private static func openOperatorAccounts(
        _ named: Set<Owned<OperatorAccount>>, in tx: borrowing Transaction
    ) throws -> [Account] {
        guard !named.isEmpty else { return [] }
        let asked = Array(named)
        return try tx.query(
            BookQueries.openOperatorAccounts,
            asked.map { _ in AccountID().uuid }, asked.map(\.tenant),
            asked.map(\.name.kind.rawValue), asked.map(\.name.currency.code),
            asked.map(\.name.name), asked.map(\.name.role.rawValue)
        ).map(Account.init(row:))
    }

    private static func readHolds(
        _ named: [Owned<HoldID>], in tx: borrowing Transaction
    ) throws -> [Hold] {
        guard !named.isEmpty else { return [] }
        return try tx.query(
            BookQueries.readHolds, named.map(\.name.uuid), named.map(\.tenant)
        ).map(Hold.init(row:))
    }

    private static func readReversibles(
        _ named: [Owned<TransferID>], in tx: borrowing Transaction
    ) throws -> [ReversibleTransfer] {
        guard !named.isEmpty else { return [] }
        var transfers: [TransferID: ReversibleTransfer] = [:]
        let rows = try tx.query(
            BookQueries.readReversibles, named.map(\.name.uuid), named.map(\.tenant))
        for row in rows {
            let id = TransferID(try row.read(0, as: UUID.self))
            let part = ReversibleTransfer.Part(
                account: AccountID(try row.read(4)), side: try row.word(5),
                currency: try row.currency(6))
            let left = try row.read(7, as: Int64.self)
            if transfers[id] == nil {
                transfers[id] = ReversibleTransfer(
                    id: id, tenant: try row.read(1),
                    payment: try row.read(2, as: UUID?.self).map { PaymentID($0) },
                    reverses: try row.read(3, as: UUID?.self).map { TransferID($0) }, left: [:])
            }
            transfers[id]?.left[part] = left
        }
        return Array(transfers.values)
    }

    private static func takenReferences(
        _ named: Set<Owned<String>>, in tx: borrowing Transaction
    ) throws -> Set<Owned<String>> {
        guard !named.isEmpty else { return [] }
        let asked = Array(named)
        let taken = try tx.query(
            BookQueries.takenReferences, asked.map(\.tenant), asked.map(\.name)
        ).map { row in Owned(tenant: try row.read(0), name: try row.read(1, as: String.self)) }
        return Set(taken)
    }
}

extension Account {
    /// Reads the first fourteen columns of `BookQueries.lockAccounts`.
    init(row: Row) throws {
        self.init(
            id: AccountID(try row.read(0)), tenant: try row.read(1),
            kind: try row.word(2), currency: try row.currency(3),
            role: try row.optionalWord(4), overdraftLimit: try row.read(5),
            status: try row.word(6), posted: try row.read(7), held: try row.read(8),
            version: try row.read(9), recordedAt: Moment(try row.read(10)),
            chainAt: Moment(try row.read(11)), displaced: try row.read(12),
            place: try row.read(13, as: TupleID.self).rawValue)
    }
}

extension Hold {
    /// Reads the columns of `BookQueries.readHolds`.
    fileprivate init(row: Row) throws {
        self.init(
            id: HoldID(try row.read(0)), tenant: try row.read(1),
            account: AccountID(try row.read(2)),
            to: try row.read(3, as: UUID?.self).map { AccountID($0) },
            amount: Money(try row.read(4), try row.currency(5)),
            payment: try row.read(8, as: UUID?.self).map { PaymentID($0) },
            saga: try row.read(9, as: UUID?.self).map { SagaID($0) },
            isOverdue: try row.read(7), status: try row.word(6),
            transfer: try row.read(10, as: UUID?.self).map { TransferID($0) })
    }
}

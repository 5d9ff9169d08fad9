import Contracts
import Money

/// Something that a tenant names; another tenant's thing of the same name is another thing.
struct Owned<Name: Hashable & Sendable>: Hashable, Sendable {
    let tenant: String
    let name: Name
}

extension [Owned<AccountID>] {
    /// Whose they are, each once.
    var tenants: [String] { Array<String>(Set(map(\.tenant))) }
}

/// Everything that a batch of requests names: what the book must hold before the first decision.
struct WorkingSet: Equatable, Sendable {
    private(set) var accounts: Set<Owned<AccountID>> = []
    private(set) var holds: Set<Owned<HoldID>> = []
    private(set) var transfers: Set<Owned<TransferID>> = []
    private(set) var references: Set<Owned<String>> = []
    private(set) var operatorAccounts: Set<Owned<OperatorAccount>> = []

    mutating func name(_ account: AccountID, of tenant: String) {
        accounts.insert(Owned(tenant: tenant, name: account))
    }

    /// Names a hold, and with it the accounts that the hold names.
    mutating func name(_ hold: HoldID, of tenant: String) {
        holds.insert(Owned(tenant: tenant, name: hold))
    }

    /// Names a transfer that is to be reversed, and with it the accounts that it moved money on.
    mutating func name(_ transfer: TransferID, of tenant: String) {
        transfers.insert(Owned(tenant: tenant, name: transfer))
    }

    mutating func name(reference: String, of tenant: String) {
        references.insert(Owned(tenant: tenant, name: reference))
    }

    mutating func name(_ account: OperatorAccount, of tenant: String) {
        operatorAccounts.insert(Owned(tenant: tenant, name: account))
    }
}

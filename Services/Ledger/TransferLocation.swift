import Contracts

/// Where a transfer is found: `/v1/transfers/txn_…`.
struct TransferLocation: CustomStringConvertible {
    let id: TransferID

    init(_ id: TransferID) { self.id = id }

    /// Reads what `description` wrote; `nil` for anything else.
    init?(_ text: String) {
        let prefix = "\(LedgerRoutes.transfersPath)/"
        guard text.hasPrefix(prefix), let id = TransferID(String(text.dropFirst(prefix.count)))
        else { return nil }
        self.id = id
    }

    var description: String { "\(LedgerRoutes.transfersPath)/\(id)" }
}

import Contracts
import Money

extension Book {
    /// Posts a transfer that gives back what another moved, in full or in part: from the other side
    /// of the same accounts, and all reversals together no more than was moved there.
    ///
    /// A reversal is final: it cannot be reversed, because what it gave back was given back. Throws
    /// `.transferUnknown`, `.transferIsReversal`, `.invalidEntries` for a line that the transfer has
    /// no other side of, `.alreadyReversed` and what `post(_:for:)` throws.
    @discardableResult
    mutating func reverse(
        _ id: TransferID, by draft: TransferDraft, for cause: Cause
    ) throws(LedgerRefusal) -> Transfer {
        var original = try reversible(id, of: cause.tenant)
        for line in draft.lines {
            guard original.moved(against: line) else {
                throw .invalidEntries(
                    "Transfer \(id) moved no \(line.amount.currency.code) by a "
                        + "\(line.side.opposite.rawValue) of account \(line.account).")
            }
            guard original.give(back: line) else { throw .alreadyReversed(id) }
        }
        var draft = draft
        draft.payment = original.payment
        draft.reverses = id
        let transfer = try post(draft, for: cause)
        put(original)
        return transfer
    }

    /// The transfer if the tenant has it and it may be reversed. Throws `.transferUnknown`,
    /// `.transferIsReversal`.
    func reversible(
        _ id: TransferID, of tenant: String
    ) throws(LedgerRefusal) -> ReversibleTransfer {
        guard let transfer = reversibles[id], transfer.tenant == tenant else {
            throw .transferUnknown(id)
        }
        guard transfer.reverses == nil else { throw .transferIsReversal(id) }
        return transfer
    }
}

import Contracts
import Money
import Postgres
import ServiceHost

/// The saga's way to give a payment back: step 2 of a refund, its pivot.
extension ReverseTransfer: BookCommand {
    func name(in workingSet: inout WorkingSet, for tenant: String) {
        workingSet.name(transfer, of: tenant)
        for (part, role) in operatorParts {
            workingSet.name(OperatorAccount(role: role, currency: part.currency), of: tenant)
        }
    }

    func carryOut(on book: inout Book, for cause: Cause) throws(LedgerRefusal) -> Done {
        guard try book.reversible(transfer, of: cause.tenant).payment == payment else {
            throw .transferUnknown(transfer)
        }
        let draft = TransferDraft(id: reversal, lines: try lines(in: book, for: cause))
        try book.reverse(transfer, by: draft, for: cause)
        return Done(transfer: reversal)
    }

    private var operatorParts: [(Money, OperatorAccount.Role)] {
        [(fee, .fees), (tax, .tax)].filter { $0.0.minorUnits > 0 }
    }

    /// Who gives what back to the payer. Lines of zero are left out.
    private func lines(in book: Book, for cause: Cause) throws(LedgerRefusal) -> [Line] {
        let (whole, fees, taxes) = (amount.minorUnits, fee.minorUnits, tax.minorUnits)
        guard fees >= 0, taxes >= 0, fees <= whole, taxes <= whole - fees else {
            throw .invalidEntries(
                "Fee and tax are not negative, and together not more than the amount.")
        }
        var lines: [Line] = []
        if whole > fees + taxes {
            lines.append(
                Line(
                    account: destination, side: .debit,
                    amount: Money(whole - fees - taxes, amount.currency)))
        }
        for (part, role) in operatorParts {
            let account = try book.operatorAccount(
                OperatorAccount(role: role, currency: part.currency), of: cause.tenant)
            lines.append(Line(account: account, side: .debit, amount: part))
        }
        lines.append(Line(account: source, side: .credit, amount: amount))
        return lines
    }
}

/// A person's way: `POST /v1/transfers/{id}/reverse`.
struct ReverseTransferRequest: Codable, Sendable {
    /// What to give back of a transfer between two accounts; all that is left, if neither this nor
    /// `entries` is given.
    let amount: Amount?
    /// The entries of the reversal, for a transfer of more than two.
    let entries: [PostTransfer.EntryInput]?
    let reference: ShortText?
    let metadata: Metadata?

    func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let id: TransferID = try scope.id()
        guard amount == nil || entries == nil else {
            throw Problem.invalidField("entries", "Give 'amount' or 'entries', not both.")
        }
        var named = WorkingSet()
        named.name(id, of: scope.tenant)
        if let reference { named.name(reference: reference.text, of: scope.tenant) }
        let reversal = TransferID()
        let pairs = try metadata.map { [reversal: try JSONText($0)] } ?? [:]
        let refused = try Book.change(naming: named, metadata: pairs, in: tx) {
            book throws(LedgerRefusal) in
            let original = try book.reversible(id, of: scope.tenant)
            guard original.payment == nil else { throw .transferOfPayment(id) }
            let draft = TransferDraft(
                id: reversal, lines: try lines(of: original), reference: reference?.text)
            try book.reverse(id, by: draft, for: Cause(scope))
        }
        if let refused { return .problem(refused) }
        return .created(
            try TransferView(reversal, of: scope.tenant, in: tx),
            location: TransferLocation(reversal).description)
    }

    private func lines(of original: ReversibleTransfer) throws(LedgerRefusal) -> [Line] {
        let rest = original.rest
        if let entries {
            let currencies = Set(original.left.keys.map(\.currency))
            do throws(Problem) {
                return try PostTransfer.lines(
                    entries, in: currencies.count == 1 ? currencies.first : nil)
            } catch {
                throw .invalidEntries(error.detail)
            }
        }
        guard let amount else {
            guard !rest.isEmpty else { throw .alreadyReversed(original.id) }
            return rest
        }
        guard original.left.count == 2 else {
            throw .invalidEntries(
                "Transfer \(original.id) moved money on more than two accounts: say which entries "
                    + "to reverse.")
        }
        return original.left.keys
            .sorted { $0.side.rawValue < $1.side.rawValue }
            .map {
                Line(
                    account: $0.account, side: $0.side.opposite,
                    amount: Money(amount.minorUnits, $0.currency))
            }
    }
}

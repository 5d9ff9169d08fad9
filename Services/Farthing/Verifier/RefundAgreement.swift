import Contracts

/// What payment, ledger and billing must agree on about the saga of one refund (invariants 5 and
/// 7). Pure, as `SagaAgreement`.
struct RefundAgreement {
    private let refund: SagaFacts.Refund
    private let facts: SagaFacts
    private var findings: [Finding] = []

    /// What is wrong with these facts; nothing if they agree.
    static func findings(_ refund: SagaFacts.Refund, _ facts: SagaFacts) -> [Finding] {
        var agreement = RefundAgreement(refund: refund, facts: facts)
        agreement.checkIdentity()
        switch refund.status {
        case "succeeded": agreement.checkSuccess()
        case "failed": agreement.checkFailure()
        default: break
        }
        return agreement.findings
    }

    private init(refund: SagaFacts.Refund, facts: SagaFacts) {
        self.refund = refund
        self.facts = facts
    }

    private mutating func expect(
        _ holds: Bool, _ check: String, invariant: Int = 7, _ what: @autoclosure () -> String
    ) {
        guard !holds else { return }
        findings.append(
            Finding(
                check: check, invariant: invariant, database: "all", subject: "\(refund.id)",
                what: what()))
    }

    /// What was done was done for this refund, whether or not it was undone later.
    private mutating func checkIdentity() {
        let (check, refund) = ("effects-match-their-refund", refund)
        for note in facts.creditNotes {
            expect(
                note.tenant == refund.tenant && note.refund == refund.id
                    && note.payment == refund.payment && note.invoice == refund.invoice
                    && note.amount == refund.amount && note.currency == refund.currency,
                check, invariant: 5,
                "has \(note.id) of \(note.amount) \(note.currency) for \(note.refund)")
        }
        for line in facts.lines {
            expect(
                line.tenant == refund.tenant && line.payment == refund.payment
                    && line.currency == refund.currency && line.reverses == refund.original,
                check, invariant: 5,
                "has \(line.transfer) in \(line.currency), which reverses "
                    + "\(line.reverses.described)")
        }
    }

    private mutating func checkSuccess() {
        let (check, refund) = ("succeeded-refunds-are-complete", refund)
        let notes = facts.creditNotes
        expect(
            notes.map(\.status) == ["settled"] && notes.map(\.id) == [refund.creditNote]
                && notes.map(\.fee) == [refund.fee] && notes.map(\.tax) == [refund.tax],
            check,
            "succeeded with \(refund.creditNote.described), fee \(refund.fee.described) and tax "
                + "\(refund.tax.described), but its credit notes are "
                + "\(notes.map { "\($0.status) \($0.id): \($0.fee) and \($0.tax)" })")
        let transfers = Set(facts.lines.map(\.transfer))
        expect(
            transfers == Set([refund.transfer].compactMap { $0 }), check,
            "succeeded with \(refund.transfer.described), but the ledger has "
                + "\(transfers.map(\.description).sorted())")
        let (moved, due) = (Movement(by: facts.lines), due)
        expect(moved == due, check, "should move \(due), but moved \(moved)")
    }

    /// The payer gets the amount; the operator's accounts lose fee and tax, the payee the rest.
    private var due: Movement {
        let fee = refund.fee ?? 0
        let tax = refund.tax ?? 0
        return Movement([
            (refund.source, refund.amount), (refund.destination, fee + tax - refund.amount),
            (facts.account(of: "fees"), -fee), (facts.account(of: "tax"), -tax),
        ])
    }

    private mutating func checkFailure() {
        let check = "failed-refunds-leave-nothing"
        for note in facts.creditNotes where note.status != "voided" {
            expect(false, check, "failed, but its \(note.id) is \(note.status)")
        }
        for transfer in Set(facts.lines.map(\.transfer)) {
            expect(false, check, "failed, but \(transfer) moved its money")
        }
    }
}

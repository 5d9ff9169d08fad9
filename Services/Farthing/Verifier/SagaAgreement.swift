import Contracts

/// What payment, ledger and billing must agree on about one saga (invariants 5 and 7).
///
/// Pure: the facts go in, what is wrong comes out.
struct SagaAgreement {
    private let saga: SagaID
    private let facts: SagaFacts
    private var findings: [Finding] = []

    /// What is wrong with these facts; nothing if they agree.
    static func findings(_ saga: SagaID, _ facts: SagaFacts) -> [Finding] {
        if let refund = facts.refund { return RefundAgreement.findings(refund, facts) }
        var agreement = SagaAgreement(saga: saga, facts: facts)
        guard let payment = facts.payment else {
            agreement.checkOrphans()
            return agreement.findings
        }
        agreement.checkIdentity(payment)
        switch payment.status {
        case "succeeded": agreement.checkSuccess(payment)
        case "failed": agreement.checkFailure(payment)
        default: break
        }
        return agreement.findings
    }

    private init(saga: SagaID, facts: SagaFacts) {
        self.saga = saga
        self.facts = facts
    }

    private mutating func expect(
        _ holds: Bool, _ check: String, invariant: Int = 7, _ subject: String,
        _ what: @autoclosure () -> String
    ) {
        guard !holds else { return }
        findings.append(
            Finding(
                check: check, invariant: invariant, database: "all", subject: subject, what: what())
        )
    }

    private mutating func checkOrphans() {
        let what = "belongs to \(saga), which has no payment and no refund"
        for hold in facts.holds { expect(false, "no-orphans", "\(hold.id)", what) }
        for invoice in facts.invoices { expect(false, "no-orphans", "\(invoice.id)", what) }
        for note in facts.creditNotes { expect(false, "no-orphans", "\(note.id)", what) }
        for transfer in Set(facts.lines.map(\.transfer)) {
            expect(false, "no-orphans", "\(transfer)", what)
        }
    }

    /// What was done was done for this payment, whether or not it was undone later.
    private mutating func checkIdentity(_ payment: SagaFacts.Payment) {
        for hold in facts.holds {
            expect(
                hold.tenant == payment.tenant && hold.payment == payment.id
                    && hold.account == payment.source && hold.amount == payment.amount
                    && hold.currency == payment.currency,
                "effects-match-their-payment", invariant: 5, "\(hold.id)",
                "is of \(hold.amount) \(hold.currency) on \(hold.account), not as \(payment.id)")
        }
        for invoice in facts.invoices {
            expect(
                invoice.tenant == payment.tenant && invoice.payment == payment.id
                    && invoice.amount == payment.amount && invoice.currency == payment.currency,
                "effects-match-their-payment", invariant: 5, "\(invoice.id)",
                "is for \(invoice.amount) \(invoice.currency), not as \(payment.id)")
        }
        for line in facts.lines {
            expect(
                line.tenant == payment.tenant && line.payment == payment.id
                    && line.currency == payment.currency,
                "effects-match-their-payment", invariant: 5, "\(line.transfer)",
                "is in \(line.currency) of tenant \(line.tenant), not as \(payment.id)")
        }
    }

    private mutating func checkSuccess(_ payment: SagaFacts.Payment) {
        let check = "succeeded-payments-are-complete"
        let subject = "\(payment.id)"
        let (holds, invoices) = (facts.holds, facts.invoices)
        expect(
            holds.map(\.status) == ["posted"], check, subject,
            "succeeded, but its holds are \(holds.map(\.status))")
        expect(
            invoices.map(\.status) == ["settled"] && invoices.map(\.id) == [payment.invoice]
                && invoices.map(\.fee) == [payment.fee] && invoices.map(\.tax) == [payment.tax],
            check, subject,
            "succeeded with \(payment.invoice.described), fee \(payment.fee.described) and tax "
                + "\(payment.tax.described), but its invoices are "
                + "\(invoices.map { "\($0.status) \($0.id): \($0.fee) and \($0.tax)" })")
        let transfers = Set(facts.lines.map(\.transfer))
        expect(
            transfers == Set([payment.transfer].compactMap { $0 }), check, subject,
            "succeeded with \(payment.transfer.described), but the ledger has "
                + "\(transfers.map(\.description).sorted())")
        let moved = Movement(by: facts.lines)
        let due = due(payment)
        expect(
            moved == due, check, subject,
            "should move \(due), but moved \(moved)")
    }

    private mutating func checkFailure(_ payment: SagaFacts.Payment) {
        let check = "failed-payments-leave-nothing"
        for hold in facts.holds where hold.status != "voided" && hold.status != "expired" {
            expect(false, check, "\(payment.id)", "failed, but its \(hold.id) is \(hold.status)")
        }
        for invoice in facts.invoices where invoice.status != "voided" {
            expect(
                false, check, "\(payment.id)", "failed, but its \(invoice.id) is \(invoice.status)")
        }
        for transfer in Set(facts.lines.map(\.transfer)) {
            expect(false, check, "\(payment.id)", "failed, but \(transfer) moved its money")
        }
    }
}

extension SagaAgreement {
    /// The payer loses the amount, the operator's accounts get fee and tax, the payee the rest.
    private func due(_ payment: SagaFacts.Payment) -> Movement {
        let fee = payment.fee ?? 0
        let tax = payment.tax ?? 0
        return Movement([
            (payment.source, -payment.amount), (payment.destination, payment.amount - fee - tax),
            (facts.account(of: "fees"), fee), (facts.account(of: "tax"), tax),
        ])
    }
}

extension Optional where Wrapped: CustomStringConvertible {
    var described: String { map(\.description) ?? "none" }
}

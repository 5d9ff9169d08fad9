extension Judge {
    /// Refunds exist as asked for, once, and never come to more than the payment.
    func refundViolations() -> [Violation] {
        var found: [Violation] = []
        for operation in facts.operations {
            guard case .refund(let payment, let amount) = operation.action else { continue }
            guard let refunds = facts.refunds[operation.name] else {
                found.append(unseen(operation))
                continue
            }
            found += violations(
                of: operation, ids: refunds.map(\.id),
                mayRefuse: operation.order.nature == .refundedTooOften
                    ? ["refund-exceeds-payment"] : [])
            for refund in refunds {
                found += violations(of: refund, payment: payment, amount: amount, operation)
            }
        }
        return found + sumViolations()
    }

    private func violations(
        of refund: Facts.Refund, payment: String, amount: Int64?, _ operation: Operation
    ) -> [Violation] {
        var found: [Violation] = []
        if refund.payment != payment || refund.amount != amount ?? refund.amount {
            found.append(
                Violation(
                    .altered, refund.id,
                    "gives \(refund.amount) of \(refund.payment) back; \(operation.name) asked "
                        + "for \(amount.map(String.init) ?? "the rest") of \(payment)"))
        }
        switch refund.status {
        case "succeeded": break
        case "failed": found.append(Violation(.wrongEnd, refund.id, "failed"))
        default: found.append(Violation(.unended, refund.id, "is \(refund.status)"))
        }
        return found
    }

    private func sumViolations() -> [Violation] {
        var sums: [String: Int64] = [:]
        for refund in facts.refunds.values.joined() where refund.status == "succeeded" {
            sums[refund.payment, default: 0] += refund.amount
        }
        return facts.payments.values.joined().compactMap { payment in
            let sum = sums[payment.id] ?? 0
            guard sum != payment.amountRefunded || sum > payment.amount else { return nil }
            return Violation(
                .refundedTooMuch, payment.id,
                "of \(payment.amount) shows \(payment.amountRefunded) given back; its refunds "
                    + "come to \(sum)")
        }
    }
}

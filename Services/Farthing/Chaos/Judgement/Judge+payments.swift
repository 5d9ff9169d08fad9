extension Judge {
    /// What was acknowledged must be there, as it was asked for, once, and ended as it should;
    /// what the client does not know may be there, but not twice.
    func paymentViolations() -> [Violation] {
        let cancelled = Set(
            facts.operations.compactMap { operation in
                if case .cancel(let payment) = operation.action,
                    case .acknowledged = operation.knowledge
                {
                    payment
                } else {
                    nil as String?
                }
            })
        return facts.operations.flatMap { operation -> [Violation] in
            guard operation.action == .pay else { return [] }
            guard let found = facts.payments[operation.name] else {
                return [unseen(operation)]
            }
            return violations(of: operation, ids: found.map(\.id))
                + found.flatMap { payment in
                    violations(
                        of: payment, operation,
                        isCancelled: cancelled.contains(payment.id))
                }
        } + cancelViolations()
    }

    func unseen(_ operation: Operation) -> Violation {
        Violation(.unseen, operation.name, "could not be looked up")
    }

    /// What holds of payments and refunds alike: which of them exist.
    func violations(
        of operation: Operation, ids: [String], mayRefuse codes: Set<String> = []
    ) -> [Violation] {
        let name = operation.name
        var found: [Violation] = []
        if ids.count > 1 {
            found.append(Violation(.doneTwice, name, "is \(ids.joined(separator: " and "))"))
        }
        switch operation.knowledge {
        case .acknowledged(let id):
            if !ids.contains(id) {
                let there = ids.isEmpty ? "nothing" : ids.joined(separator: ", ")
                found.append(
                    Violation(.forgotten, name, "was acknowledged as \(id), and there is \(there)"))
            }
        case .refused(let status, let code):
            if !ids.isEmpty {
                found.append(
                    Violation(.altered, name, "was refused with \(code), and is \(ids[0])"))
            }
            if !codes.contains(code) {
                found.append(Violation(.wrongEnd, name, "was refused: \(status) \(code)"))
            }
        case .unknown: break
        case .asking: found.append(Violation(.unseen, name, "was never answered nor given up"))
        }
        return found
    }

    private func violations(
        of payment: Facts.Payment, _ operation: Operation, isCancelled: Bool
    ) -> [Violation] {
        let order = operation.order
        let source = facts.market.source(of: order).account
        let destination = facts.market.destination(of: order).account
        var found: [Violation] = []
        if payment.amount != order.amount || payment.currency != "USD"
            || payment.source != source || payment.destination != destination
        {
            found.append(
                Violation(
                    .altered, payment.id,
                    "is \(payment.amount) \(payment.currency) from \(payment.source) to "
                        + "\(payment.destination); \(operation.name) asked for "
                        + "\(order.amount) USD from \(source) to \(destination)"))
        }
        switch payment.status {
        case "succeeded":
            if order.nature.mustFail || isCancelled {
                found.append(
                    Violation(.wrongEnd, payment.id, "succeeded: \(operation.order.nature)"))
            }
            let charge = Tariff.charge(order.amount)
            if payment.fee != charge.fee || payment.tax != charge.tax {
                found.append(
                    Violation(
                        .altered, payment.id,
                        "was charged \(payment.fee) and \(payment.tax), not \(charge.fee) and "
                            + "\(charge.tax)"))
            }
        case "failed":
            let isCancelled = order.nature == .cancelled && payment.failureCode == "cancelled"
            if !order.nature.mustFail, !isCancelled {
                found.append(
                    Violation(.wrongEnd, payment.id, "failed: \(payment.failureCode)"))
            }
        default: found.append(Violation(.unended, payment.id, "is \(payment.status)"))
        }
        return found
    }

    /// A cancellation may be refused once it is too late, and for nothing else.
    private func cancelViolations() -> [Violation] {
        facts.operations.compactMap { operation in
            guard case .cancel = operation.action,
                case .refused(let status, let code) = operation.knowledge,
                code != "payment-not-cancellable"
            else { return nil }
            return Violation(.wrongEnd, operation.name, "was refused: \(status) \(code)")
        }
    }
}

extension Order.Nature {
    /// Whether such a payment must not succeed.
    var mustFail: Bool {
        switch self {
        case .unaffordable, .toFrozen, .bySuspended: true
        case .payment, .cancelled, .refunded, .refundedInParts, .refundedTooOften: false
        }
    }
}

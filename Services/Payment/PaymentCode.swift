import ServiceHost

/// Why the payment service refuses a request.
enum PaymentCode: String, ProblemCode {
    case sameAccount = "same-account"
    case paymentNotCancellable = "payment-not-cancellable"
    case paymentProcessing = "payment-processing"
    case paymentFailed = "payment-failed"
    case refundExceedsPayment = "refund-exceeds-payment"
    case sagaUnknown = "saga-unknown"
    case sagaEnded = "saga-ended"
    case sagaCompensating = "saga-compensating"
    case sagaPastItsPivot = "saga-past-its-pivot"
    case sagaNotWaiting = "saga-not-waiting"
}

/// Why a payment or a refund failed that no step refused and no silence ended.
enum TurnRound: String, CaseIterable, Sendable {
    /// A client cancelled it.
    case cancelled
    /// An operator turned it round.
    case byOperator = "compensated-by-operator"
}

public import Money

/// A refund was accepted and its saga began.
public struct RefundCreated: Event, Equatable {
    public static let type = "payment.refund-created.v1"
    public static let topic = Topic.paymentEvents
    public static let aggregate = "refund"
    /// The payment, so that all that happens to one stays in order.
    public var key: String { payment.description }
    public var subject: String { refund.description }

    public let refund: RefundID
    public let payment: PaymentID
    public let amount: Money

    public init(refund: RefundID, payment: PaymentID, amount: Money) {
        self.refund = refund
        self.payment = payment
        self.amount = amount
    }
}

/// The money went back and the credit note is settled.
public struct RefundSucceeded: Event, Equatable {
    public static let type = "payment.refund-succeeded.v1"
    public static let topic = Topic.paymentEvents
    public static let aggregate = "refund"
    public var key: String { payment.description }
    public var subject: String { refund.description }

    public let refund: RefundID
    public let payment: PaymentID
    /// The transfer that reversed the payment's, in full or in part.
    public let transfer: TransferID
    public let amount: Money
    /// Part of `amount` that the operator gave back of its fee.
    public let fee: Money
    /// Part of `amount` that was given back of the tax on the fee.
    public let tax: Money

    public init(
        refund: RefundID, payment: PaymentID, transfer: TransferID, amount: Money, fee: Money,
        tax: Money
    ) {
        self.refund = refund
        self.payment = payment
        self.transfer = transfer
        self.amount = amount
        self.fee = fee
        self.tax = tax
    }
}

/// The refund was refused by a step and everything before it was undone.
public struct RefundFailed: Event, Equatable {
    public static let type = "payment.refund-failed.v1"
    public static let topic = Topic.paymentEvents
    public static let aggregate = "refund"
    public var key: String { payment.description }
    public var subject: String { refund.description }

    public let refund: RefundID
    public let payment: PaymentID
    /// The saga step that said no, or never answered.
    public let step: String
    public let code: String
    public let detail: String

    public init(
        refund: RefundID, payment: PaymentID, step: String, code: String, detail: String
    ) {
        self.refund = refund
        self.payment = payment
        self.step = step
        self.code = code
        self.detail = detail
    }
}

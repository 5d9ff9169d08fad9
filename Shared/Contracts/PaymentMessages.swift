public import Money

/// A payment was accepted and its saga began.
public struct PaymentCreated: Event, Equatable {
    public static let type = "payment.created.v1"
    public static let topic = Topic.paymentEvents
    public static let aggregate = "payment"
    public var key: String { payment.description }
    public var subject: String { payment.description }

    public let payment: PaymentID
    public let source: AccountID
    public let destination: AccountID
    public let amount: Money

    public init(payment: PaymentID, source: AccountID, destination: AccountID, amount: Money) {
        self.payment = payment
        self.source = source
        self.destination = destination
        self.amount = amount
    }
}

/// The money moved and the invoice is settled.
public struct PaymentSucceeded: Event, Equatable {
    public static let type = "payment.succeeded.v1"
    public static let topic = Topic.paymentEvents
    public static let aggregate = "payment"
    public var key: String { payment.description }
    public var subject: String { payment.description }

    public let payment: PaymentID
    public let transfer: TransferID
    public let amount: Money
    public let fee: Money
    public let tax: Money

    public init(
        payment: PaymentID, transfer: TransferID, amount: Money, fee: Money, tax: Money
    ) {
        self.payment = payment
        self.transfer = transfer
        self.amount = amount
        self.fee = fee
        self.tax = tax
    }
}

/// The payment was refused by a step and everything before it was undone.
public struct PaymentFailed: Event, Equatable {
    public static let type = "payment.failed.v1"
    public static let topic = Topic.paymentEvents
    public static let aggregate = "payment"
    public var key: String { payment.description }
    public var subject: String { payment.description }

    public let payment: PaymentID
    /// The saga step that said no, or never answered.
    public let step: String
    public let code: String
    public let detail: String

    public init(payment: PaymentID, step: String, code: String, detail: String) {
        self.payment = payment
        self.step = step
        self.code = code
        self.detail = detail
    }
}

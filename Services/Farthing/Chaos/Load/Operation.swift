import LocalStack

/// One request that a client makes, and again until it is answered, always with the same key.
struct Operation: Sendable {
    enum Action: Equatable, Sendable {
        case pay
        /// `amount`: `nil` for all that is left.
        case refund(payment: String, amount: Int64?)
        case cancel(payment: String)
    }

    /// What the client knows of its fate.
    enum Knowledge: Equatable, Sendable {
        case asking
        /// 2xx: it is done, or will be, under this id.
        case acknowledged(id: String)
        /// 4xx: it is not done and will not be.
        case refused(status: Int, code: String)
        /// The client gave up asking; `last` is what it heard last.
        case unknown(last: String)
    }

    let order: Order
    let action: Action
    /// Idempotency key and reference.
    let name: String
    var knowledge = Knowledge.asking
    var attempts = 0

    init(_ order: Order, _ action: Action, name: String) {
        self.order = order
        self.action = action
        self.name = name
    }

    var path: String {
        switch action {
        case .pay: "/v1/payments"
        case .refund(let payment, _): "/v1/payments/\(payment)/refunds"
        case .cancel(let payment): "/v1/payments/\(payment)/cancel"
        }
    }

    func body(_ market: Marketplace) -> JSON {
        switch action {
        case .pay:
            let source = market.source(of: order)
            var members: [String: JSON] = [
                "amount": .integer(order.amount), "currency": "USD",
                "source": .string(source.account),
                "destination": .string(market.destination(of: order).account),
                "reference": .string(name),
            ]
            if let customer = source.customer { members["customer"] = .string(customer) }
            return .object(members)
        case .refund(_, let amount):
            var members: [String: JSON] = ["reference": .string(name)]
            if let amount { members["amount"] = .integer(amount) }
            return .object(members)
        case .cancel: return ["reason": .string(name)]
        }
    }
}

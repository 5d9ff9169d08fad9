import Contracts
import Money

/// What a client wants of the payment service, until it is answered.
struct Request {
    enum Kind {
        case pay(from: Int, to: Int, amount: Int64)
        case cancel(payment: Int)
        case refund(payment: Int, amount: Int64?)
    }

    /// The same whenever it is sent again.
    let key: String
    let kind: Kind
    var attempts = 0
}

extension Simulation {
    /// Plans the payments of the whole storm.
    mutating func planClients(_ payments: Int) {
        for number in 0..<payments {
            let from = chance.number(0...wallets.count - 1)
            let to = (from + chance.number(1...wallets.count - 1)) % wallets.count
            let amount = chance.milliseconds(60...20_000)
            let request = Request(
                key: "pay-\(number)", kind: .pay(from: from, to: to, amount: amount))
            schedule.plan(.request(request), in: chance.milliseconds(0...Self.storm))
        }
    }

    mutating func handle(_ request: Request) throws {
        var request = request
        request.attempts += 1
        guard !isDown(.payment) else { return again(request) }
        var answer = PaymentService.Answer.refused
        let ending = try transact(.payment) { [payment, wallets, currency] in
            switch request.kind {
            case .pay(let from, let to, let amount):
                answer = try payment.pay(
                    key: request.key, from: wallets[from], to: wallets[to],
                    Money(amount, currency))
            case .cancel(let number): answer = try payment.cancel(number)
            case .refund(let number, let amount):
                answer = try payment.refund(key: request.key, number, amount: amount)
            }
        }
        note("a client asks \(request.key): \(answer.told), \(ending)")
        guard ending == .committed, !chance.happens(faults.answerToClientLost) else {
            return again(request)
        }
        react(to: answer, of: request)
    }

    /// An unanswered client asks again, under the same key.
    private mutating func again(_ request: Request) {
        schedule.plan(.request(request), in: chance.milliseconds(300...4000))
    }

    private mutating func react(to answer: PaymentService.Answer, of request: Request) {
        switch (request.kind, answer) {
        case (.pay, .accepted(let number)):
            tally.acknowledged += 1
            if chance.happens(100) {
                let cancel = Request(key: "cancel-\(number)", kind: .cancel(payment: number))
                schedule.plan(.request(cancel), in: chance.milliseconds(1...400))
            }
            if chance.happens(350) { planRefunds(of: number) }
        case (.refund, .conflict):
            // Not finished yet.
            if request.attempts < 30 { again(request) }
        case (.cancel, .accepted): tally.cancelled += 1
        case (.refund, .accepted): tally.refunds += 1
        case (.refund, .refused): tally.refundsRefused += 1
        case (.pay, _), (.cancel, _): break
        }
    }

    /// One or a few, in parts; or many at once of all that is left, of which one can succeed.
    private mutating func planRefunds(of number: Int) {
        let isCrowd = chance.happens(100)
        let delay = chance.milliseconds(100...20_000)
        for index in 0..<(isCrowd ? 20 : chance.number(1...3)) {
            let amount: Int64? =
                isCrowd || chance.happens(300) ? nil : chance.milliseconds(1...8000)
            let refund = Request(
                key: "refund-\(number)-\(index)", kind: .refund(payment: number, amount: amount))
            schedule.plan(
                .request(refund), in: isCrowd ? delay : delay + chance.milliseconds(0...10_000))
        }
    }
}

extension PaymentService.Answer {
    /// Names what was accepted as the rest of the trace does, by its place in the order of all.
    fileprivate var told: String {
        switch self {
        case .accepted(let number): "number \(number)"
        case .conflict: "not now"
        case .refused: "no"
        }
    }
}

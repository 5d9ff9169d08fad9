import LocalStack

/// Does what an order says, as a careful customer's program does: asks again with the same key
/// until it is answered, or its patience ends, and writes down what it knows.
struct Customer: Sendable {
    let api: APIClient
    let market: Marketplace
    let records: Records
    let seed: UInt64
    /// How long an operation is asked for, and how long a payment's end is waited for.
    var patience = Duration.seconds(60)

    /// Carries out the whole order.
    func perform(_ order: Order) async {
        guard case .acknowledged(let payment) = await pay(order) else { return }
        switch order.nature {
        case .payment, .unaffordable, .toFrozen, .bySuspended: return
        case .cancelled: await send(order, .cancel(payment: payment), "cancel")
        case .refunded, .refundedInParts, .refundedTooOften:
            guard await end(of: payment) == "succeeded" else { return }
            await refund(order, payment)
        }
    }

    /// Asks for the payment.
    @discardableResult
    func pay(_ order: Order) async -> Operation.Knowledge {
        await send(order, .pay, nil)
    }

    /// Asks how the payment ended, until it has; `nil` if patience ends first.
    func end(of payment: String) async -> String? {
        let deadline = ContinuousClock.now + patience
        var pause = Duration.milliseconds(10)
        while ContinuousClock.now < deadline, !Task.isCancelled {
            let answer = try? await api.get("/v1/payments/\(payment)")
            if let status = answer?.body["status"].string, status != "processing" { return status }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(400))
        }
        return nil
    }

    private func refund(_ order: Order, _ payment: String) async {
        func refund(_ amount: Int64?, _ suffix: String) async {
            await send(order, .refund(payment: payment, amount: amount), suffix)
        }
        switch order.nature {
        case .refundedInParts:
            await refund(order.firstPart, "refund-1")
            await refund(nil, "refund-2")
        case .refundedTooOften:
            async let first: Void = refund(nil, "refund-1")
            async let second: Void = refund(nil, "refund-2")
            async let third: Void = refund(order.amount, "refund-3")
            _ = await (first, second, third)
        default: await refund(nil, "refund-1")
        }
    }

    @discardableResult
    private func send(
        _ order: Order, _ action: Operation.Action, _ suffix: String?
    ) async -> Operation.Knowledge {
        let name = "chaos-\(seed)-\(order.number)" + (suffix.map { "-\($0)" } ?? "")
        let operation = Operation(order, action, name: name)
        let number = records.begin(operation)
        let knowledge = await ask(operation, number)
        records.learned(number, knowledge)
        return knowledge
    }

    private func ask(_ operation: Operation, _ number: Int) async -> Operation.Knowledge {
        var api = api
        // Hasty clients hang up while the answer may still be on its way.
        if let haste = operation.order.haste { api.timeout = .milliseconds(haste) }
        let headers = operation.order.waits.map { ["Prefer": "wait=\($0)"] } ?? [:]
        let deadline = ContinuousClock.now + patience
        var pause = Duration.milliseconds(50)
        var last = "nothing"
        repeat {
            records.attempted(number)
            do {
                let answer = try await api.post(
                    operation.path, operation.body(market), idempotencyKey: operation.name,
                    headers: headers)
                if let knowledge = Self.knowledge(answer) { return knowledge }
                last = "\(answer.status) \(answer.body["code"].string ?? "")"
            } catch {
                last = "\(error)"
            }
            if operation.order.haste != nil { break }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        } while ContinuousClock.now < deadline && !Task.isCancelled
        return .unknown(last: last)
    }

    /// What an answer tells; `nil` if it is to ask again.
    private static func knowledge(_ answer: APIClient.Answer) -> Operation.Knowledge? {
        let code = answer.body["code"].string ?? ""
        switch answer.status {
        case 200..<300: return .acknowledged(id: answer.body["id"].string ?? "")
        case 409 where code == "idempotency-in-progress": return nil
        case 400..<500 where answer.status != 429:
            return .refused(status: answer.status, code: code)
        default: return nil
        }
    }
}

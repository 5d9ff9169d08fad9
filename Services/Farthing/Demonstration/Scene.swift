import FoundationEssentials
import LocalStack

/// One payment of the demonstration, and how it should end.
struct Scene: Sendable {
    enum End: Equatable, Sendable {
        case succeeded
        case failed(step: String)
    }

    let title: String
    let payer: Cast.Person
    let payee: Cast.Person
    /// Minor units of USD.
    let amount: Int64
    let end: End

    var request: JSON {
        var members: [String: JSON] = [
            "amount": .integer(amount), "currency": "USD", "source": .string(payer.account),
            "destination": .string(payee.account), "description": .string(title),
        ]
        if let customer = payer.customer { members["customer"] = .string(customer) }
        return .object(members)
    }
}

extension Demonstration {
    /// Makes the payment and shows each step of its saga as it happens. Returns whether it ended
    /// as it should; throws when no answer comes.
    func play(_ scene: Scene) async throws -> Bool {
        let began = ContinuousClock.now
        let answer = try await payments.post("/v1/payments", scene.request).successful()
        guard let id = answer["id"].string else {
            throw LocalStackError(.invalid, "a payment was accepted without an id")
        }
        terminal.line("  \(id)")
        let payment = try await follow(id, from: began, upTo: .seconds(60))
        let time = began.duration(to: .now)

        let status = payment["status"].string ?? "?"
        if status == "succeeded" {
            let fee = USD(payment["fee"].integer ?? 0)
            let tax = USD(payment["tax"].integer ?? 0)
            terminal.line(
                "  " + terminal.good("succeeded") + " after \(time.short): fee \(fee), tax \(tax)")
        } else {
            let failure = payment["failure"]
            terminal.line(
                "  " + terminal.bad(status) + " after \(time.short): "
                    + "\(failure["code"].string ?? "?") at \(failure["step"].string ?? "?")")
        }
        let end: Scene.End =
            status == "succeeded"
            ? .succeeded : .failed(step: payment["failure"]["step"].string ?? status)
        if end != scene.end { terminal.line("  " + terminal.bad("This is not how it should end.")) }
        return end == scene.end
    }

    /// Asks for the payment until it has ended, and shows what is new in its timeline.
    private func follow(
        _ id: String, from began: ContinuousClock.Instant, upTo limit: Duration
    ) async throws -> JSON {
        var shown = 0
        while true {
            let payment = try await payments.get("/v1/payments/\(id)").successful()
            let timeline = payment["timeline"].elements
            for entry in timeline.dropFirst(shown) { show(entry) }
            shown = max(shown, timeline.count)
            if payment["status"].string != "processing" { return payment }
            guard began.duration(to: .now) < limit else {
                throw LocalStackError(.notReady, "\(id) has not ended after \(limit.short)")
            }
            try await Task.sleep(for: .milliseconds(3))
        }
    }

    private func show(_ entry: JSON) {
        let step = entry["step"].string ?? "?"
        let undo = entry["direction"].string == "compensation" ? "undo " : ""
        let time = (entry["at"].string ?? "").dropFirst(11).prefix(12)
        let detail = entry["detail"].string.map { "  " + $0 } ?? ""
        let attempt = entry["attempt"].integer ?? 1
        let again = attempt > 1 ? " (attempt \(attempt))" : ""
        terminal.line(
            "  \(time)  " + (undo + step).column(22) + (entry["status"].string ?? "?") + again
                + detail)
    }

    /// A first payment, so that the others show the system as it is once it runs: a consumer
    /// that has just started waits for its group to form, three seconds with the embedded broker.
    func warmUp(_ people: Cast.People) async throws {
        let (status, time) = try await paySmall(people, wait: 30)
        terminal.line("  1.00 USD from Alice to Bob: \(status) after \(time.short)")
    }

    /// Twenty small payments one after another: how long from the request to its end.
    func measure(_ people: Cast.People) async throws {
        var times: [Duration] = []
        var succeeded = 0
        for _ in 0..<20 {
            let (status, time) = try await paySmall(people, wait: 5)
            times.append(time)
            if status == "succeeded" { succeeded += 1 }
        }
        times.sort()
        terminal.line(
            "  \(succeeded) of \(times.count) succeeded; from request to the end: "
                + "p50 \(times[times.count / 2].short), fastest \(times[0].short), "
                + "slowest \(times[times.count - 1].short)")
    }
}

extension Demonstration {
    private func paySmall(
        _ people: Cast.People, wait seconds: Int
    ) async throws -> (status: String, time: Duration) {
        let scene = Scene(
            title: "a small one", payer: people.alice, payee: people.bob, amount: 100,
            end: .succeeded)
        let began = ContinuousClock.now
        let payment = try await payments.post(
            "/v1/payments", scene.request, headers: ["Prefer": "wait=\(seconds)"]
        ).successful()
        return (payment["status"].string ?? "?", began.duration(to: .now))
    }
}

/// Minor units as people write them: `10.50 USD`.
struct USD: CustomStringConvertible {
    let description: String

    init(_ minorUnits: Int64) {
        let cents = minorUnits.magnitude % 100
        description =
            (minorUnits < 0 ? "-" : "") + "\(minorUnits.magnitude / 100)."
            + (cents < 10 ? "0" : "") + "\(cents) USD"
    }
}

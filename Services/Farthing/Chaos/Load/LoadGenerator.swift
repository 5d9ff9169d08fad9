/// Customers that arrive at a steady rate, whether or not those before them have been served.
struct LoadGenerator: Sendable {
    let customer: Customer
    /// Customers a second.
    let rate: Int
    let length: Duration

    /// Runs until the last customer has left. Cancelled, it ends at once: customers who still ask
    /// leave without an answer.
    func run() async {
        let began = ContinuousClock.now
        await withDiscardingTaskGroup { group in
            for number in 0... {
                let arrival = Duration.seconds(1) * number / rate
                guard arrival < length else { return }
                try? await Task.sleep(until: began + arrival)
                if Task.isCancelled { return }
                group.addTask { await customer.perform(Order(number, seed: customer.seed)) }
            }
        }
    }
}

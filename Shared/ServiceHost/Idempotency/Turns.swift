/// Requests of a route, of which a tenant has only so many performed at a time, in the order in
/// which they came.
///
/// For large ones that are in each other's way. Those that could only wait for rows neither take a
/// connection from the others, nor keep a snapshot open for which the database has to keep every
/// row's older versions.
struct Turns: Sendable {
    /// Performs a request.
    typealias Job = @Sendable () async throws -> IdempotentRequest.Outcome

    /// Tenants share no rows. They are dealt out to so many queues, so that few wait for
    /// another's.
    private static let lanes = 16

    private let queues: [BatchQueue<Job, IdempotentRequest.Outcome>]

    init(_ name: String, atOnce: Int) {
        queues = (0..<Self.lanes).map { _ in
            BatchQueue(name, BatchLimits(batch: 1, batchesAtOnce: atOnce)) { batch in
                for waiting in batch {
                    do {
                        waiting.resume(returning: .success(try await waiting.job()))
                    } catch {
                        waiting.resume(returning: .failure(error))
                    }
                }
            }
        }
    }

    /// Performs it when the tenant's turn has come. Throws what it throws, and `.overloaded` when
    /// too many wait.
    func take(by tenant: String, _ job: @escaping Job) async throws -> IdempotentRequest.Outcome {
        let lane = Int(tenant.hashValue.magnitude % UInt(Self.lanes))
        return try await queues[lane].perform(job)
    }
}

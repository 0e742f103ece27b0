// Compiled, never run: the global that the classic script leaves.
/// <reference path="../node_modules/remote-refresh/js/script.d.ts" />

RemoteRefresh.App.Events.on('firebase.child_added', snapshot => snapshot.val())
RemoteRefresh.connect({ url: 'https://feed.example', uid: 7 }).close()
RemoteRefresh.connect({ uid: 7, provider: RemoteRefresh.poll('/count') })
// @ts-expect-error the declarations are found, so they object
RemoteRefresh.connect({ url: 5 })
